# shellcheck shell=bash
# The checkout's own virtual environment, .venv: made, filled with the pinned packages, and kept in step with them.
# Sourced by the other scripts; defines names and does nothing by itself.

root="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)"
venv="$root/.venv"
python="$venv/bin/python"

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$(basename -- "$0"): $*"
    exit 1
}

# Makes .venv hold what PROFILE needs: `runtime`, or `dev` (the same and the tools of the tests).
# A stamp, written last, repeats what was installed from, so that a second run compares two files and returns.
set_up() {
    local profile="$1" extra=""
    if [[ -x "$python" ]] && inputs | cmp -s - "$venv/.$profile"; then return; fi
    if [[ "$profile" == dev ]]; then extra="[dev]"; fi
    begin
    {
        pip_install --quiet pip || stop "could not install pip"
        install_torch
        say "Installing the pinned packages"
        pip_install --editable ".$extra" | news || stop "could not install the packages; pip's message is above"
    } >&2
    inputs >"$venv/.runtime"
    if [[ "$profile" == dev ]]; then cp "$venv/.runtime" "$venv/.dev"; fi
    rm "$venv/.installing"
    say "The environment is ready: $venv ($SECONDS s)"
}

inputs() {
    printf '%s\n' "$root" # scripts in an environment name its folder: a moved checkout is installed again
    cat "$root/pyproject.toml" "$root/constraints.txt" "$root/constraints-dev.txt"
}

# Opens an installation. The marker `.installing` holds the process at work: found without that process, it tells of an
# installation that was cut off, whose packages may be half there, and the environment is made anew.
begin() {
    local marker="$venv/.installing"
    if [[ -e "$marker" ]] && kill -0 "$(<"$marker")" 2>/dev/null; then
        fail "process $(<"$marker") is setting up $venv; wait until it is done, or remove $marker if it is not"
    fi
    if [[ -e "$marker" ]] || ! "$python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        make_venv
    fi
    echo $$ >"$marker"
    trap 'exit 130' INT # pip ends Ctrl-C with a plain failure; the marker must stay
    if [[ ! -e "$venv/bin/pip" ]]; then "$python" -m ensurepip --default-pip >/dev/null || stop "could not install pip"; fi
}

# Ends an installation that failed without being cut off: what was there before still works.
stop() {
    rm -f "$venv/.installing"
    fail "$@"
}

make_venv() {
    local base
    base="$(find_python)"
    say "Making $venv with $("$base" --version) (once: about three minutes, 460 MB to download, 2 GB on disk)"
    "$base" -m venv --clear --without-pip "$venv" || fail "could not make $venv"
}

# Prints the interpreter to start from: $PYTHON, else the first that will do; 3.11 leads, the pins were resolved with it.
find_python() {
    local candidates=(python3.11 python3 python3.12 python3.13) candidate reason reasons=""
    if [[ -n "${PYTHON:-}" ]]; then candidates=("$PYTHON"); fi
    for candidate in "${candidates[@]}"; do
        if reason="$("$candidate" -c "$suitable" 2>&1)"; then
            printf '%s\n' "$candidate"
            return
        fi
        reason="${reason%%$'\n'*}"
        reasons+="${reasons:+; }$candidate: ${reason##*: }"
    done
    fail "Python 3.11 or newer is needed, with its venv module: $reasons. PYTHON=/path/to/python3.11 names one"
}

suitable='
import sys
if sys.version_info < (3, 11):
    sys.exit("is Python %d.%d" % sys.version_info[:2])
try:
    import ensurepip, venv
except ImportError:
    sys.exit("has no venv module (apt-get install python3-venv on Debian and Ubuntu)")
'

pip_install() { # within the pins
    install --constraint constraints.txt --constraint constraints-dev.txt "$@"
}

install() (
    cd -- "$root" || exit
    exec "$python" -m pip install --no-input --disable-pip-version-check "$@"
)

news() { sed '/^Requirement already satisfied/d'; }

# PyPI's PyTorch for Linux brings several GB of CUDA packages. PyTorch's own index has the CPU build of the same release;
# where it cannot be reached, pip's usual sources are asked first what they would bring.
install_torch() {
    local index="${EVQA_TORCH_INDEX:-https://download.pytorch.org/whl/cpu}" release plan
    release="$(grep '^torch==' "$root/constraints.txt")"
    say "Installing $release as a CPU build (200 MB, if it is not there yet) from $index"
    if ! install --no-deps --timeout 10 --retries 1 --index-url "$index" "$release"; then
        say "That did not work; looking for a CPU build among pip's usual sources"
    fi
    plan="$(pip_install --quiet --dry-run --report - "$release")" || stop "pip finds no $release for this machine"
    if grep -qiE '"name": "(nvidia|cuda|triton)' <<<"$plan"; then
        stop "pip would install $release with several GB of CUDA. Let this machine reach $index, set EVQA_TORCH_INDEX" \
            "to a mirror of it, or set PIP_FIND_LINKS to a folder with the CPU wheel"
    fi
}
