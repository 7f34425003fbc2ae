# shellcheck shell=bash disable=SC2154,SC2016,SC2086,SC2012
# Each command, what it prints, and its exit status.
try() {
    echo "\$ assay $*"
    assay "$@"
    echo "[$?]"
}

assay run -q -c 'load iris.csv; drop species; branch plain; undo; scale petal_length_cm; filter sepal_width_cm > 3; save session to=tree.assay'
cat tree.assay
echo '--- a replay takes the line as it stands, with --branches the others too'
try replay --check tree.assay
try replay --check --branches tree.assay
sed -i '/^#| drop/s/= [0-9a-f]*:/&0/' tree.assay
try replay --check tree.assay
try replay --check --branches tree.assay
echo '--- an edited line is not where a branch can begin'
sed -i "2a trim all" tree.assay
try run -q -c 'open tree.assay; history'

# kill -9 in the middle of a session with two branches keeps both.
mkfifo commands
env PATH=/nonexistent "$program" repl <commands >printed 2>&1 &
exec 3>commands
printf 'load penguins.csv\ndedupe\ndrop sex\nundo\ndrop island\nhistory\n' >&3
for _ in $(seq 200); do
    grep -q '^   4 ' printed && break
    sleep 0.05
done
disown # so that the shell does not report the death
kill -9 $!
while kill -0 $! 2>/dev/null; do
    sleep 0.01
done
exec 3>&-
printf 'recover\nbranches\ngoto b1\nsteps\nquit discard=yes\n' | assay repl
