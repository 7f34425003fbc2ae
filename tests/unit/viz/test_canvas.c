/* Dots, text and the display list; golden drawings of small figures. */
#include "viz_case.h"

#include <limits.h>
#include <math.h>

#define LINE_GOLDEN                                                                                                     \
    "                 squares\n"                                                                                        \
    "square\n"                                                                                                          \
    "15 ┤                               ⢀⠤⠂\n"                                                                  \
    "   │                            ⢀⠤⠊⠁\n"                                                                  \
    "10 ┤                         ⢀⡠⠒⠁\n"                                                                     \
    "   │                     ⢀⡠⠔⠊⠁\n"                                                                      \
    " 5 ┤                 ⢀⡠⠔⠊⠁\n"                                                                          \
    "   │           ⢀⣀⠤⠤⠒⠊⠁\n"                                                                          \
    " 0 ┤ ⠤⠤⠤⠤⠒⠒⠒⠒⠒⠉⠁\n"                                                                        \
    "   └─┬───────────────┬───────────────┬─\n" \
    "     0               2               4\n"                                                                          \
    "                     n\n"

#define BARS_GOLDEN                                                                                                       \
    "                 length\n"                                                                                           \
    "            6 values; 4 bins\n"                                                                                      \
    "rows\n"                                                                                                              \
    "3 ┤         ⢰⣶⣶⣶⣶⣶⣶⣶\n"                                                                            \
    "  │         ⢸⣿⣿⣿⣿⣿⣿⣿\n"                                                                            \
    "2 ┤         ⢸⣿⣿⣿⣿⣿⣿⣿⢸⣿⣿⣿⣿⣿⣿⣿⡇\n"                                                 \
    "  │         ⢸⣿⣿⣿⣿⣿⣿⣿⢸⣿⣿⣿⣿⣿⣿⣿⡇\n"                                                 \
    "1 ┤ ⣿⣿⣿⣿⣿⣿⣿⣿⢸⣿⣿⣿⣿⣿⣿⣿⢸⣿⣿⣿⣿⣿⣿⣿⡇\n"                                 \
    "0 ┤ ⣿⣿⣿⣿⣿⣿⣿⣿⢸⣿⣿⣿⣿⣿⣿⣿⢸⣿⣿⣿⣿⣿⣿⣿⡇\n"                                 \
    "  └─┬───────────────┬────────────────┬─\n" \
    "    0               2                4\n"                                                                            \
    "                  length\n"

static void assert_canvas(struct canvas *c, const char *want)
{
    char *got = case_text(c);

    assert_string_equal(got, want);
    mem_free(got);
    canvas_release(c);
}

static void test_dots_fill_a_cell(void **state)
{
    (void)state;
    struct canvas c;

    canvas_init(&c, 3, 1);
    canvas_dot(&c, 0, 0, 0);
    canvas_dot(&c, 3, 3, 1);
    canvas_dot(&c, -1, 0, 0);
    canvas_dot(&c, 6, 0, 0);
    canvas_dot(&c, 0, 4, 0);
    assert_int_equal(c.cells[1].colour, 1);
    assert_int_equal(c.cells[2].colour, CANVAS_DEFAULT);
    assert_canvas(&c, "⠁⢀\n");
}

static void test_lines_are_clipped_whatever_their_ends(void **state)
{
    (void)state;
    struct canvas c;

    canvas_init(&c, 4, 1);
    canvas_line(&c, -1000000000L, 0, 1000000000L, 0, 0);
    canvas_line(&c, 100, -100, 200, 50, 0);
    canvas_line(&c, 3, LONG_MIN / 2, 3, LONG_MIN / 2 + 5, 0);
    assert_canvas(&c, "⠉⠉⠉⠉\n");
}

static void test_dashes_go_on_around_corners(void **state)
{
    (void)state;
    struct canvas c;
    unsigned phase = 0;

    canvas_init(&c, 4, 1);
    canvas_dash(&c, 0, 0, 3, 0, 0, 2, 2, &phase);
    canvas_dash(&c, 3, 0, 7, 0, 0, 2, 2, &phase);
    assert_canvas(&c, "⠉ ⠉\n");
}

static void test_fill_densities(void **state)
{
    (void)state;
    struct canvas c;

    canvas_init(&c, 4, 1);
    canvas_fill(&c, 0, 0, 1, 3, 100, 0);
    canvas_fill(&c, 3, 3, 2, 0, 50, 0);
    canvas_fill(&c, 4, -50, 5, 50, 0, 0);
    canvas_fill(&c, 6, 0, 1000, 1000, 25, 0);
    assert_canvas(&c, "⣿⢕ ⠅\n");
}

static void test_polygon_by_the_even_odd_rule(void **state)
{
    (void)state;
    struct canvas c;
    const long x[] = { 0, 6, 6, 0 }, y[] = { 0, 0, 3, 3 };

    canvas_init(&c, 3, 1);
    canvas_polygon(&c, x, y, 4, 100, 0);
    assert_canvas(&c, "⠿⠿⠿\n");
}

static void test_text_hides_dots_and_is_clipped(void **state)
{
    (void)state;
    struct canvas c;

    canvas_init(&c, 6, 1);
    canvas_fill(&c, 0, 0, 11, 3, 100, 0);
    canvas_text(&c, -1, 0, "xab", 2);
    canvas_text(&c, 4, 0, "cdef", 2);
    canvas_text(&c, 0, 5, "gone", 2);
    assert_canvas(&c, "ab⣿⣿cd\n");
}

/* Escape sequences, wide and combining characters from data: cells stay aligned. */
static void test_text_from_data(void **state)
{
    (void)state;
    struct canvas c;

    canvas_init(&c, 10, 3);
    canvas_text(&c, 0, 0, "a\033[31m\x7f\xc2\x9b!", 0);
    canvas_text(&c, 0, 1, "日本語日本語", 0);
    canvas_text(&c, 1, 1, "x", 0); /* over a half: the other half goes too */
    canvas_text(&c, 0, 2, "e\xcc\x81\xff|", 0);
    assert_canvas(&c, "a[31m!\n x本語日本\ne\xef\xbf\xbd|\n");
}

static void test_ascii_form(void **state)
{
    (void)state;
    struct canvas c;
    struct str s;

    canvas_init(&c, 14, 1);
    canvas_text(&c, 0, 0, "é─┤●日", 0);
    canvas_dot(&c, 12, 0, 0);
    canvas_fill(&c, 14, 0, 15, 3, 100, 0);
    canvas_fill(&c, 16, 0, 17, 3, 50, 0);
    str_init(&s);
    canvas_text_lines(&s, &c, true);
    assert_string_equal(s.buf, "e-+@??.#:\n");
    str_release(&s);
    canvas_release(&c);
}

static void test_ansi_form_resets_at_line_ends(void **state)
{
    (void)state;
    struct canvas c;
    struct str s;

    canvas_init(&c, 3, 2);
    canvas_text(&c, 0, 0, "a", 0);
    canvas_text(&c, 1, 0, "b", CANVAS_MUTED);
    canvas_text(&c, 0, 1, "c", CANVAS_DEFAULT);
    str_init(&s);
    canvas_ansi_lines(&s, &c);
    assert_string_equal(s.buf, "\033[0;38;5;32ma\033[0;90mb\033[0m\nc\n");
    str_release(&s);
    canvas_release(&c);
}

static void test_play_draws_the_list(void **state)
{
    (void)state;
    static const char list[] = "c 0072b2\nd 0 0\nm 0 0\nv 9 0\nt 0 7 l left\nt 19 7 r right\n"
                               "p 19 0 1\nc 808080\nb 100 12 0 3 3\nf 100 14 0 16 0 16 3 14 3\ne\n";
    struct canvas c;
    struct err err = { 0 };

    canvas_init(&c, 15, 2);
    assert_int_equal(canvas_play(&c, list, sizeof(list) - 1, &err), 0);
    assert_int_equal(c.cells[15].colour, 0);
    assert_int_equal(c.cells[15 + 6].colour, CANVAS_MUTED);
    assert_canvas(&c, "leftright\n⣀⣀⣀⣀⣀ ⣿⠿⠇●\n");
}

static void test_play_refuses_anything_else(void **state)
{
    (void)state;
    static const char *const bad[] = { "x 1 2",        "m 1",      "m 1 2 3",   "v a b",
                                       "c 12345",      "c zzzzzz", "d -1 2",    "f 50 1 2 3 4",
                                       "t 1 2 q text", "t 1 2 l",  "b 1 2 3 4", "m 99999999999 1",
                                       "m 9999999 1",  "",         "f 50 1 2 3" };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct canvas c;
        struct str list;
        struct err err = { 0 };
        str_init(&list);
        str_addf(&list, "m 1 1\n%s\n", bad[i]);
        canvas_init(&c, 4, 2);
        assert_int_equal(canvas_play(&c, list.buf, list.len, &err), -1);
        assert_int_equal(err.code, ERR_PARSE);
        assert_string_equal(err.msg, "line 2 of gnuplot's display list is not understood");
        canvas_release(&c);
        str_release(&list);
    }

    struct canvas c;
    struct err err = { 0 };
    canvas_init(&c, 4, 2);
    assert_int_equal(canvas_play(&c, "m 1 1\n", 6, &err), -1);
    assert_string_equal(err.msg, "gnuplot's display list has no end");
    assert_int_equal(canvas_play(&c, "e\nm 1 1\n", 8, &err), -1);
    canvas_release(&c);
}

static void test_plain_line(void **state)
{
    (void)state;
    struct figure f;
    struct canvas c;

    case_line(&f);
    figure_draw_plain(&c, &f, 40, 12);
    figure_release(&f);
    assert_canvas(&c, LINE_GOLDEN);
}

static void test_plain_bars(void **state)
{
    (void)state;
    struct figure f;
    struct canvas c;

    case_bars(&f);
    figure_draw_plain(&c, &f, 40, 12);
    figure_release(&f);
    assert_canvas(&c, BARS_GOLDEN);
}

/* Never a crash, never a cell outside, at any size and with any data. */
static void test_plain_at_every_size(void **state)
{
    (void)state;
    const double odd[] = { NAN, INFINITY, 1e308, -1e308, 5 };
    struct figure f;

    case_bars(&f);
    f.title = "a very long title that will not fit into narrow windows at all, not at all";
    f.key = FIGURE_KEY_LOWER_RIGHT;
    figure_add(&f, SERIES_POINTS, "odd\033[2J", 5, odd, odd);
    figure_add(&f, SERIES_STEPS, "steps", 5, odd, odd);
    for (size_t width = 0; width < 60; width += 3) {
        for (size_t height = 0; height < 20; height++) {
            struct canvas c;
            figure_draw_plain(&c, &f, width, height);
            assert_int_equal(c.width, width);
            assert_int_equal(c.height, height);
            canvas_release(&c);
        }
    }
    figure_release(&f);
}

static void test_plain_says_that_there_is_nothing(void **state)
{
    (void)state;
    struct figure f;
    struct canvas c;

    figure_init(&f, "hist");
    figure_draw_plain(&c, &f, 20, 3);
    figure_release(&f);
    assert_canvas(&c, "\n   nothing to plot\n\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dots_fill_a_cell),
        cmocka_unit_test(test_lines_are_clipped_whatever_their_ends),
        cmocka_unit_test(test_dashes_go_on_around_corners),
        cmocka_unit_test(test_fill_densities),
        cmocka_unit_test(test_polygon_by_the_even_odd_rule),
        cmocka_unit_test(test_text_hides_dots_and_is_clipped),
        cmocka_unit_test(test_text_from_data),
        cmocka_unit_test(test_ascii_form),
        cmocka_unit_test(test_ansi_form_resets_at_line_ends),
        cmocka_unit_test(test_play_draws_the_list),
        cmocka_unit_test(test_play_refuses_anything_else),
        cmocka_unit_test(test_plain_line),
        cmocka_unit_test(test_plain_bars),
        cmocka_unit_test(test_plain_at_every_size),
        cmocka_unit_test(test_plain_says_that_there_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
