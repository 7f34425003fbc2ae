# shellcheck shell=bash disable=SC2154,SC2016,SC2086,SC2012
# Each command, what it prints, and its exit status.
try() {
    echo "\$ assay $*"
    assay "$@"
    echo "[$?]"
}

# kill -9 in the middle of a session loses nothing that was done before.
mkfifo commands
env PATH=/nonexistent "$program" repl <commands >printed 2>&1 &
exec 3>commands
printf 'load penguins.csv\ndedupe\nderive ratio = bill_length_mm / bill_depth_mm\nhistory\n' >&3
for _ in $(seq 200); do
    grep -q '^   3 ' printed && break
    sleep 0.05
done
disown # so that the shell does not report the death
kill -9 $!
while kill -0 $! 2>/dev/null; do
    sleep 0.01
done
exec 3>&-
grep -c '^   [123] ' printed

echo '--- the next start offers it'
printf 'recover\nsteps\nquit\n' | assay repl -q
echo '--- taken over, it is not offered again'
echo quit | assay repl -q
ls "$XDG_STATE_HOME/assay/journal" | wc -l
