# Completes papertide in bash 4.4 and newer; what there is, the program itself says.
_papertide() {
    local value
    COMPREPLY=()
    while IFS= read -r value; do
        [[ -n $value ]] && COMPREPLY+=("$value")
    done < <(
        IFS=$'\n'
        env _PAPERTIDE_COMPLETE=complete_bash _PAPERTIDE_WORD="${COMP_WORDS[COMP_CWORD]}" \
            COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" "$1" 2>/dev/null
    )
    # A field goes on with its value, without a space between.
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *: ]] && compopt -o nospace 2>/dev/null
    return 0
}

complete -o default -F _papertide papertide
