/* gnuplot behind its pipe: what it draws, and every way in which it can fail. */
#include "viz_case.h"

#include <errno.h>
#include <math.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- what reaches it ---- */

static void assert_quoted(const char *text, const char *want)
{
    struct str s;

    str_init(&s);
    gnuplot_quote(&s, text);
    assert_string_equal(s.buf, want);
    str_release(&s);
}

static void test_quoting(void **state)
{
    (void)state;
    assert_quoted("", "''");
    assert_quoted("it's", "'it''s'");
    assert_quoted("a\n!touch x\r\tb", "'a!touch xb'");
    assert_quoted("`id` \"$(id)\" \\n @v", "'`id` \"$(id)\" \\n @v'");
    assert_quoted("\x01\x1b[2J\x7f\xc2\x85z", "'[2Jz'");
    assert_quoted("caf\xc3\xa9 \xff", "'caf\xc3\xa9 ?'");
}

/* Strings that would run something if they were ever read as code. */
static const char *const hostile[] = {
    "`touch %s`",
    "'; system('touch %s'); '",
    "x\n!touch %s\n",
    "@M",
    "a'\nsystem \"touch %s\"\n",
    "\"; system(\"touch %s\"); \"",
    "$(touch %s)",
    "%s_{sub}^{up} & {/Bold b}",
    "\\",
    "''",
    "END\n!touch %s",
    "$data1 << END",
    "\r\n\v\f",
    "日本語\xff\xfe",
};

static void hostile_figure(struct figure *f, const char *text)
{
    const double v[] = { 0, 1 }, z[] = { 0.2, 1 };
    const char *const names[] = { text, text };

    figure_init(f, "confusion");
    f->title = f->note = text;
    f->x = (struct axis){ .label = text, .categories = names, .n_categories = 2 };
    f->y = f->x;
    struct series *s = figure_add(f, SERIES_CELLS, text, 2, v, v);
    s->z = figure_copy(f, z, 2);
    s->text = figure_copy_text(f, names, 2);
    figure_add(f, SERIES_LINE, text, 2, v, v);
    s = figure_add(f, SERIES_TEXT, NULL, 2, v, v);
    s->x2 = figure_copy(f, z, 2);
    s->text = figure_copy_text(f, names, 2);
    f->x.categories = f->y.categories = figure_copy_text(f, names, 2);
}

static void test_hostile_strings_do_nothing(void **state)
{
    (void)state;
    case_need_gnuplot();
    struct gnuplot *g = case_gnuplot(NULL, 0);
    char dir[] = "/tmp/assay-viz-XXXXXX", trap[64], file[64], text[256];

    assert_non_null(mkdtemp(dir));
    snprintf(trap, sizeof(trap), "%s/trap", dir);
    snprintf(file, sizeof(file), "%s/x.svg", dir);
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        struct figure f;
        struct canvas c;
        struct err err = { 0 };
        const char *hole = strstr(hostile[i], "%s");
        snprintf(text, sizeof(text), "%.*s%s%s", hole ? (int)(hole - hostile[i]) : 99, hostile[i],
                 hole ? trap : "", hole ? hole + 2 : "");
        hostile_figure(&f, text);
        if (gnuplot_draw_cells(&c, g, &f, 60, 16, &err) != 0)
            fail_msg("%s: %s", text, err.msg);
        canvas_release(&c);
        if (gnuplot_write_file(g, &f, file, 400, 300, &err) != 0)
            fail_msg("%s: %s", text, err.msg);
        figure_release(&f);
    }
    assert_int_equal(access(trap, F_OK), -1);
    unlink(file);
    assert_int_equal(rmdir(dir), 0);
    gnuplot_free(g);
}

/* ---- what it draws ---- */

static bool has_word(const struct canvas *c, const char *word)
{
    char *text = case_text(c);
    const bool found = strstr(text, word) != NULL;

    mem_free(text);
    return found;
}

/* Words stand where they belong, cut to their room, and there are no ticks. */
static void test_drawing_has_words_and_no_axes(void **state)
{
    (void)state;
    const double x[] = { 0, 1, 2 }, y[] = { 0, 0, 0 }, room[] = { 1, 1, 0.2 };
    const char *const words[] = { "first\nline two", "second", "a text much too long for it" };
    struct figure f;
    struct canvas plain, drawn;
    struct err err = { 0 };

    figure_init(&f, "tree");
    f.bare = true;
    f.x = (struct axis){ .low = -0.5, .high = 2.5 };
    f.y = (struct axis){ .low = -1, .high = 1 };
    struct series *s = figure_add(&f, SERIES_TEXT, NULL, 3, x, y);
    s->x2 = figure_copy(&f, room, 3);
    s->text = figure_copy_text(&f, words, 3);
    figure_draw_plain(&plain, &f, 60, 16);
    assert_true(has_word(&plain, "first") && has_word(&plain, "line two"));
    assert_true(has_word(&plain, "second") && has_word(&plain, "…"));
    assert_false(has_word(&plain, "too long") || has_word(&plain, "0.5") || has_word(&plain, "│"));
    canvas_release(&plain);
    if (access("/usr/bin/gnuplot", X_OK) == 0) {
        struct gnuplot *g = case_gnuplot(NULL, 0);
        assert_int_equal(gnuplot_draw_cells(&drawn, g, &f, 60, 16, &err), 0);
        assert_true(has_word(&drawn, "first") && has_word(&drawn, "line two"));
        assert_true(has_word(&drawn, "second") && has_word(&drawn, "…"));
        assert_false(has_word(&drawn, "too long") || has_word(&drawn, "0.5"));
        canvas_release(&drawn);
        gnuplot_free(g);
    }
    figure_release(&f);
}

static void test_cells_hold_text_and_dots(void **state)
{
    (void)state;
    case_need_gnuplot();
    static const size_t sizes[][2] = { { 60, 16 }, { 80, 24 }, { 120, 40 } };
    struct gnuplot *g = case_gnuplot(NULL, 0);
    struct figure f;

    case_bars(&f);
    for (size_t i = 0; i < 3; i++) { /* the same child answers every time */
        struct canvas c;
        struct err err = { 0 };
        size_t n_blue = 0;
        if (gnuplot_draw_cells(&c, g, &f, sizes[i][0], sizes[i][1], &err) != 0)
            fail_msg("%s", err.msg);
        assert_int_equal(c.width, sizes[i][0]);
        assert_true(has_word(&c, "length\n") && has_word(&c, "6 values; 4 bins"));
        assert_true(has_word(&c, "rows") && has_word(&c, " 3 ") && has_word(&c, " 0 "));
        for (size_t k = 0; k < c.width * c.height; k++)
            n_blue += c.cells[k].dots == 0xff && c.cells[k].colour == 0;
        assert_true(n_blue > 40);
        canvas_release(&c);
    }
    figure_release(&f);
    gnuplot_free(g);
}

/* First bytes of a file, and whether it ends with `tail`. */
static void assert_file(const char *path, const char *head, const char *tail)
{
    char buf[200000];
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    const size_t n = fread(buf, 1, sizeof(buf), file);
    fclose(file);
    assert_true(n > 500 && n < sizeof(buf));
    assert_memory_equal(buf, head, strlen(head));
    assert_memory_equal(buf + n - strlen(tail), tail, strlen(tail));
    assert_int_equal(unlink(path), 0);
}

static void test_pictures_are_whole_files(void **state)
{
    (void)state;
    case_need_gnuplot();
    struct gnuplot *g = case_gnuplot(NULL, 0);
    struct figure f;
    struct err err = { 0 };
    char dir[] = "/tmp/assay-viz-XXXXXX", path[64];
    static const char *const kinds[][3] = { { "svg", "<?xml", "</svg>\n\n" },
                                            { "png", "\x89PNG",
                                              "IEND\xae"
                                              "B`\x82" },
                                            { "pdf", "%PDF", "%%EOF\n" } };

    assert_non_null(mkdtemp(dir));
    case_line(&f);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/it's `a` plot.%s", dir, kinds[i][0]);
        if (gnuplot_write_file(g, &f, path, 400, 300, &err) != 0)
            fail_msg("%s: %s", kinds[i][0], err.msg);
        assert_file(path, kinds[i][1], kinds[i][2]);
    }
    assert_int_equal(rmdir(dir), 0); /* no temporary file is left */
    figure_release(&f);
    gnuplot_free(g);
}

static char *read_all(const char *path, size_t *n)
{
    char *buf = malloc(1 << 20);
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    *n = fread(buf, 1, 1 << 20, file);
    fclose(file);
    return buf;
}

/* The script with its data, given to gnuplot, draws the picture that Assay draws. */
static void test_script_file_draws_the_same_picture(void **state)
{
    (void)state;
    case_need_gnuplot();
    struct gnuplot *g = case_gnuplot(NULL, 0);
    struct figure f;
    struct err err = { 0 };
    char dir[] = "/tmp/assay-viz-XXXXXX", command[512];
    size_t n_ours, n_theirs;

    assert_non_null(mkdtemp(dir));
    assert_int_equal(chdir(dir), 0);
    case_bars(&f);
    assert_int_equal(gnuplot_write_file(g, &f, "ours.png", 800, 600, &err), 0);
    assert_int_equal(gnuplot_write_file(NULL, &f, "plot.gp", 800, 600, &err), 0);
    snprintf(command, sizeof(command),
             "gnuplot -d -e \"set terminal pngcairo noenhanced size 800,600 font 'Sans,11'; "
             "set output 'theirs.png'\" plot.gp");
    assert_int_equal(system(command), 0);
    char *ours = read_all("ours.png", &n_ours), *theirs = read_all("theirs.png", &n_theirs);
    assert_int_equal(n_ours, n_theirs);
    assert_memory_equal(ours, theirs, n_ours);
    free(ours);
    free(theirs);
    unlink("ours.png");
    unlink("theirs.png");
    unlink("plot.gp");
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(dir), 0);
    figure_release(&f);
    gnuplot_free(g);
}

/* One point, equal minimum and maximum, values at the ends of the doubles. */
static void test_extreme_data(void **state)
{
    (void)state;
    case_need_gnuplot();
    struct gnuplot *g = case_gnuplot(NULL, 0);
    static const double cases[][3] = {
        { 5, 5, 5 }, { NAN, 0, NAN }, { -1e308, 1e308, 0 }, { 1e-300, 2e-300, NAN }
    };

    for (size_t i = 0; i < 4; i++) {
        struct figure f;
        struct canvas c;
        struct err err = { 0 };
        figure_init(&f, "scatter");
        figure_add(&f, SERIES_POINTS, "a", 3, cases[i], cases[i]);
        figure_add(&f, SERIES_POINTS, "b", 0, NULL, NULL);
        figure_add(&f, SERIES_LINE, "c", 3, cases[i], cases[i]);
        if (gnuplot_draw_cells(&c, g, &f, 60, 16, &err) != 0)
            fail_msg("case %zu: %s", i, err.msg);
        canvas_release(&c);
        figure_release(&f);
    }
    gnuplot_free(g);
}

/* ---- what is refused before it is asked ---- */

static void assert_refused(const struct figure *f, const char *path, enum err_code code,
                           const char *message)
{
    struct gnuplot *g = case_gnuplot("/nonexistent/gnuplot", 0); /* must not be needed */
    struct err err = { 0 };

    assert_int_equal(gnuplot_write_file(g, f, path, 400, 300, &err), -1);
    assert_int_equal(err.code, code);
    assert_string_equal(err.msg, message);
    gnuplot_free(g);
}

static void test_refusals(void **state)
{
    (void)state;
    struct figure f, empty;
    const double nans[] = { NAN, NAN };

    case_line(&f);
    figure_init(&empty, "scatter");
    figure_add(&empty, SERIES_POINTS, NULL, 2, nans, nans);
    assert_refused(&f, "|id.svg", ERR_USAGE,
                   "'|id.svg' is no file name for a picture; it begins with |");
    assert_refused(&f, "< id.png", ERR_USAGE,
                   "'< id.png' is no file name for a picture; it begins with <");
    assert_refused(&f, "plot.gif", ERR_USAGE,
                   "'plot.gif' is no picture: its name must end in .svg, .png, .pdf or .gp");
    assert_refused(&f, "plot", ERR_USAGE,
                   "'plot' is no picture: its name must end in .svg, .png, .pdf or .gp");
    assert_refused(&empty, "plot.svg", ERR_DOMAIN,
                   "nothing to plot: no point has finite coordinates");
    figure_release(&f);
    figure_release(&empty);
}

static void test_no_directory_to_write_to(void **state)
{
    (void)state;
    struct figure f;
    struct err err = { 0 };

    case_line(&f);
    assert_int_equal(gnuplot_write_file(NULL, &f, "/nonexistent/dir/plot.gp", 400, 300, &err), -1);
    assert_int_equal(err.code, ERR_IO);
    assert_non_null(strstr(err.msg, "/nonexistent/dir"));
    assert_int_equal(gnuplot_write_file(NULL, &f, "plot.svg", 400, 300, &err), -1);
    assert_non_null(strstr(err.msg, "gnuplot is switched off"));
    figure_release(&f);
}

/* ---- how it fails ---- */

/* A program that stands in for gnuplot; unlink it. */
static void write_fake(char *path, const char *body)
{
    memcpy(path, "/tmp/assay-fake-XXXXXX", sizeof("/tmp/assay-fake-XXXXXX"));
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_true(dprintf(fd, "#!/bin/sh\n%s\n", body) > 0);
    assert_int_equal(fchmod(fd, 0755), 0);
    close(fd);
}

static void draw(struct gnuplot *g, struct err *err, int want)
{
    struct figure f;
    struct canvas c;

    case_line(&f);
    *err = (struct err){ 0 };
    const int rc = gnuplot_draw_cells(&c, g, &f, 40, 12, err);
    if (rc == 0)
        canvas_release(&c);
    figure_release(&f);
    assert_int_equal(rc, want);
}

static void assert_no_children(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void test_missing(void **state)
{
    (void)state;
    struct err err;
    struct gnuplot *g = gnuplot_new(
        &(struct gnuplot_options){ .path = "::/nonexistent", .driver = VIZ_DRIVER });

    draw(g, &err, -1);
    assert_int_equal(err.code, ERR_IO);
    assert_string_equal(err.msg, "gnuplot was not found; install gnuplot (Debian: gnuplot-nox)");
    gnuplot_free(g);
    g = case_gnuplot("/etc/passwd", 0); /* a file that cannot be run */
    draw(g, &err, -1);
    assert_int_equal(err.code, ERR_IO);
    gnuplot_free(g);
    assert_no_children();
}

static void test_dies_with_a_message(void **state)
{
    (void)state;
    char path[64];
    struct err err;

    write_fake(path, "read line; echo '  warning: unimportant' >&2; "
                     "echo '         line 3: no such colour' >&2; exit 1");
    struct gnuplot *g = case_gnuplot(path, 0);
    for (int i = 0; i < 3; i++) { /* each time a new one */
        draw(g, &err, -1);
        assert_int_equal(err.code, ERR_IO);
        assert_string_equal(err.msg, "gnuplot stopped: line 3: no such colour");
        assert_no_children();
    }
    gnuplot_free(g);
    unlink(path);
}

/* It closes its input at once: writing to it must not be a signal. */
static void test_dies_before_it_reads(void **state)
{
    (void)state;
    char path[64];
    struct err err;

    write_fake(path, "exec <&-; exit 0");
    struct gnuplot *g = case_gnuplot(path, 0);
    draw(g, &err, -1);
    assert_string_equal(err.msg, "gnuplot ended without a word; the next plot starts it again");
    gnuplot_free(g);
    unlink(path);
    assert_no_children();
}

static void test_hangs(void **state)
{
    (void)state;
    char path[64];
    struct err err;

    write_fake(path, "sleep 60 & wait");
    struct gnuplot *g = case_gnuplot(path, 150);
    draw(g, &err, -1);
    assert_int_equal(err.code, ERR_IO);
    assert_string_equal(err.msg, "gnuplot gave no answer in 0.15 s and was stopped");
    assert_no_children();
    gnuplot_free(g);
    unlink(path);
}

static void test_answers_nonsense(void **state)
{
    (void)state;
    char path[64];
    struct err err;

    write_fake(path, "echo 'hello'; sed -n \"s/^print '\\(assay: drawn [0-9]*\\)'$/\\1/p\"");
    struct gnuplot *g = case_gnuplot(path, 2000);
    draw(g, &err, -1);
    assert_true(err.code == ERR_PARSE || err.code == ERR_IO);
    gnuplot_free(g);
    unlink(path);
    assert_no_children();
}

static void test_restarts_after_death(void **state)
{
    (void)state;
    case_need_gnuplot();
    char path[64], body[256], mark[] = "/tmp/assay-mark-XXXXXX";
    struct err err;

    close(mkstemp(mark));
    snprintf(body, sizeof(body), "test -e %s && rm %s && kill -9 $$; exec gnuplot -d", mark, mark);
    write_fake(path, body);
    struct gnuplot *g = case_gnuplot(path, 0);
    draw(g, &err, -1);
    assert_int_equal(err.code, ERR_IO);
    draw(g, &err, 0);
    gnuplot_free(g);
    unlink(path);
    assert_no_children();
}

/* A driver that draws nothing is told; with a good one the next plot works. */
static void test_driver_that_does_not_work(void **state)
{
    (void)state;
    case_need_gnuplot();
    struct err err;
    char driver[] = "/tmp/assay-driver-XXXXXX";
    int fd = mkstemp(driver);

    assert_true(fd >= 0);
    assert_true(dprintf(fd, "error('broken driver')\n") > 0);
    struct gnuplot *g = gnuplot_new(
        &(struct gnuplot_options){ .path = VIZ_PATH, .driver = driver });
    draw(g, &err, -1);
    assert_non_null(strstr(err.msg, "did not work: "));
    FILE *good = fopen(VIZ_DRIVER, "r");
    char buf[20000];
    const size_t n = fread(buf, 1, sizeof(buf), good);
    fclose(good);
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(pwrite(fd, buf, n, 0), (ssize_t)n);
    close(fd);
    draw(g, &err, 0);
    gnuplot_free(g);
    unlink(driver);
    assert_no_children();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quoting),
        cmocka_unit_test(test_hostile_strings_do_nothing),
        cmocka_unit_test(test_drawing_has_words_and_no_axes),
        cmocka_unit_test(test_cells_hold_text_and_dots),
        cmocka_unit_test(test_pictures_are_whole_files),
        cmocka_unit_test(test_script_file_draws_the_same_picture),
        cmocka_unit_test(test_extreme_data),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_no_directory_to_write_to),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_dies_with_a_message),
        cmocka_unit_test(test_dies_before_it_reads),
        cmocka_unit_test(test_hangs),
        cmocka_unit_test(test_answers_nonsense),
        cmocka_unit_test(test_restarts_after_death),
        cmocka_unit_test(test_driver_that_does_not_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
