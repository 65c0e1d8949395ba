# Completes papertide in fish; what there is, the program itself says.
function __papertide_complete
    set -l found (env _PAPERTIDE_COMPLETE=complete_fish _PAPERTIDE_LINE=(commandline -cp | string collect) papertide 2>/dev/null)
    if test -n "$found"
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end

complete --command papertide --no-files --arguments '(__papertide_complete)'
