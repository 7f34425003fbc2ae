/* Cells: clipping, wide characters, unsafe text, ASCII. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "grid.h"

static void expect_text(const struct grid *g, const char *text)
{
    struct str out;

    str_init(&out);
    grid_print(&out, g);
    assert_string_equal(out.buf, text);
    str_release(&out);
}

static void test_text_is_clipped_and_says_so(void **state)
{
    struct grid g;

    (void)state;
    grid_init(&g, 10, 4);
    assert_int_equal(grid_text(&g, 0, 0, 5, ST_TEXT, "penguins"), 5);
    assert_int_equal(grid_text_cut(&g, 0, 1, 5, ST_TEXT, "penguins"), 5);
    grid_text_cut(&g, 0, 2, 8, ST_TEXT, "penguins");
    grid_text_right(&g, 0, 3, 10, ST_TEXT, "42");
    expect_text(&g, "pengu\npeng…\npenguins\n        42\n");
    grid_release(&g);
}

static void test_nothing_is_drawn_beyond_a_part(void **state)
{
    struct grid g, part, none;

    (void)state;
    grid_init(&g, 6, 3);
    part = grid_part(&g, 2, 1, 3, 9);
    grid_text(&part, 0, 0, 99, ST_TEXT, "abcdef");
    grid_text(&part, -1, 1, 99, ST_TEXT, "xyz");
    grid_put(&part, 0, 2, ST_TEXT, '!');
    none = grid_part(&g, 7, 7, 3, 3);
    grid_text(&none, 0, 0, 9, ST_TEXT, "no");
    grid_frame(&none, ST_FRAME, ST_TITLE, "no");
    expect_text(&g, "\n  abc\n  yz\n");
    grid_release(&g);
}

static void test_wide_characters_are_never_torn(void **state)
{
    struct grid g;

    (void)state;
    grid_init(&g, 6, 4);
    assert_int_equal(grid_text(&g, 0, 0, 6, ST_TEXT, "日本"), 4);
    grid_text(&g, 0, 1, 3, ST_TEXT, "日本"); /* the second does not fit */
    grid_text(&g, 0, 2, 6, ST_TEXT, "日本");
    grid_put(&g, 1, 2, ST_TEXT, 'x'); /* over a tail */
    grid_text(&g, 0, 3, 6, ST_TEXT, "日本");
    grid_put(&g, 2, 3, ST_TEXT, 'x'); /* over a head */
    expect_text(&g, "日本\n日\n x本\n日x\n");
    grid_release(&g);
}

static void test_marks_stay_on_their_letters(void **state)
{
    struct grid g;

    (void)state;
    grid_init(&g, 4, 1);
    assert_int_equal(grid_text(&g, 0, 0, 4, ST_TEXT, "e\xCC\x81t"), 2);
    expect_text(&g, "e\xCC\x81t\n");
    grid_release(&g);
}

static void test_control_bytes_are_made_visible(void **state)
{
    struct grid g;

    (void)state;
    grid_init(&g, 20, 1);
    grid_text(&g, 0, 0, 20, ST_TEXT, "a\033[31mb\n");
    for (int x = 0; x < g.w; x++)
        assert_true(g.cells[x].code >= ' ');
    grid_release(&g);
}

static void test_a_frame_holds_its_title(void **state)
{
    struct grid g;

    (void)state;
    grid_init(&g, 12, 3);
    grid_frame(&g, ST_FRAME, ST_TITLE, "columns · 7");
    expect_text(&g, "┌ column… ─┐\n│          │\n└──────────┘\n");
    grid_release(&g);
}

static void test_ascii_has_nothing_else(void **state)
{
    struct grid g;

    (void)state;
    grid_init(&g, 12, 3);
    grid_frame(&g, ST_FRAME, ST_TITLE, "a · b");
    grid_text(&g, 1, 1, 10, ST_TEXT, "▁█→日é⣿⠁");
    grid_to_ascii(&g);
    for (int k = 0; k < g.w * g.h; k++)
        assert_in_range(g.cells[k].code, ' ', 126);
    expect_text(&g, "+ a . b ---+\n|_#>? ?#.  |\n+----------+\n");
    grid_release(&g);
}

static void test_looks_differ_without_colour(void **state)
{
    (void)state;
    for (int s = 0; s < ST_N; s++)
        assert_int_equal(theme_look((enum style)s, 0).fg, -1);
    struct look on = theme_look(ST_TAB_ON, 0), off = theme_look(ST_TAB, 0);
    assert_true(on.reverse != off.reverse || on.bold != off.bold);
    on = theme_look(ST_ERROR, 0);
    assert_true(on.bold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_clipped_and_says_so),
        cmocka_unit_test(test_nothing_is_drawn_beyond_a_part),
        cmocka_unit_test(test_wide_characters_are_never_torn),
        cmocka_unit_test(test_marks_stay_on_their_letters),
        cmocka_unit_test(test_control_bytes_are_made_visible),
        cmocka_unit_test(test_a_frame_holds_its_title),
        cmocka_unit_test(test_ascii_has_nothing_else),
        cmocka_unit_test(test_looks_differ_without_colour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
