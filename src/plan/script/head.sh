
# One try a call, and no pager: what a call says is seen here.
export AWS_MAX_ATTEMPTS=1
export AWS_PAGER=

give_up() {
    echo "stopped: $1" >&2
    exit 1
}

# until_seen SECONDS WANTED COMMAND...: runs the command until it prints WANTED. What it prints instead, and what it
# says when it fails, is shown each time; it gives up when the time is over.
until_seen() {
    left=$1
    wanted=$2
    shift 2
    while :; do
        if seen=$("$@"); then
            if [ "$seen" = "$wanted" ]; then
                echo "seen: $seen"
                return 0
            fi
            echo "not yet: it is '$seen', wanted is '$wanted'" >&2
        else
            echo "could not be read; it says why above" >&2
        fi
        [ "$left" -gt 0 ] || give_up "not seen in time: $wanted"
        sleep "$every"
        left=$((left - every))
    done
}

# looked_at WORDS: asks whoever runs this whether they saw it in what was printed above.
looked_at() {
    printf '%s? Type yes: ' "$1" >&2
    read -r said || said=
    [ "$said" = yes ] || give_up "nobody has seen that $1"
}

if [ "${1-}" != "$receives" ]; then
    echo "say the Region that receives: sh $0 $receives" >&2
    exit 2
fi
