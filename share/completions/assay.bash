# Completion of assay for bash: modes, options, files, help topics.
# Installed as PREFIX/share/bash-completion/completions/assay.

# The names that `assay help LIST` prints, one a line; nothing where assay cannot be run.
_assay_names()
{
    "${1:-assay}" help "$2" 2>/dev/null | sed -nE 's/^  ([a-z][a-z0-9-]*( missing)?)  .*/\1/p'
}

# File names that end as given, and folders.
_assay_files()
{
    local cur=$1 pattern=$2 file

    while IFS= read -r file; do
        if [ -d "$file" ]; then
            COMPREPLY+=("$file/")
        elif [[ $file =~ $pattern ]]; then
            COMPREPLY+=("$file")
        fi
    done < <(compgen -f -- "$cur")
    compopt -o filenames -o nospace 2>/dev/null
    if [ ${#COMPREPLY[@]} -eq 1 ] && [ ! -d "${COMPREPLY[0]}" ]; then
        compopt +o nospace 2>/dev/null
    fi
}

_assay_words()
{
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

_assay()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev='' mode='' word i n=0
    local data='\.(csv|tsv|txt|tab)$' session='\.assay$'

    COMPREPLY=()
    [ "$COMP_CWORD" -eq 0 ] || prev=${COMP_WORDS[COMP_CWORD - 1]}
    # The mode is the first plain word; n counts the plain words behind it.
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
        -c | -D | -o | --define | --output | --threads | --color) i=$((i + 1)) ;;
        -*) ;;
        *) if [ -z "$mode" ]; then mode=$word; else n=$((n + 1)); fi ;;
        esac
    done

    case $prev in
    -o | --output) _assay_files "$cur" "$data"; return ;;
    --color) _assay_words 'auto always never' "$cur"; return ;;
    --threads) _assay_words '1 2 4 8' "$cur"; return ;;
    -c | -D | --define) return ;;
    esac

    if [[ $cur == -* ]]; then
        local options='--threads --ascii --color --help --version'
        case $mode in
        run) options+=' -c -D --define --json --quiet --dry-run' ;;
        replay) options+=' --check --branches -D --define --quiet --dry-run' ;;
        repl) options+=' -D --define --quiet' ;;
        predict) options+=' -o --output --strict' ;;
        help) ;;
        *) options+=' -D --define' ;;
        esac
        _assay_words "$options" "$cur"
        return
    fi

    case $mode in
    '')
        _assay_words 'run replay repl predict help' "$cur"
        local modes=("${COMPREPLY[@]}")
        COMPREPLY=()
        _assay_files "$cur" "$data|$session"
        COMPREPLY=("${modes[@]}" "${COMPREPLY[@]}")
        [ ${#modes[@]} -eq 0 ] || compopt +o nospace 2>/dev/null
        ;;
    run | replay) [ $n -gt 0 ] || _assay_files "$cur" "$session" ;;
    predict)
        if [ $n -eq 0 ]; then
            _assay_files "$cur" '\.model$'
        elif [ $n -eq 1 ]; then
            _assay_files "$cur" "$data"
        fi
        ;;
    help)
        [ $n -gt 0 ] || _assay_words "commands learners steps plots metrics functions language $(
            for list in commands learners plots metrics; do
                _assay_names "${COMP_WORDS[0]}" "$list"
            done | cut -d' ' -f1 | sort -u)" "$cur"
        ;;
    repl) ;;
    *) _assay_files "$cur" "$data|$session" ;;
    esac
}

complete -F _assay assay
