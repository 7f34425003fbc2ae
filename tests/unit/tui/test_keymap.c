/* The tables of keys and views are sane, and keys mean what the tables say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "command.h"
#include "key.h"
#include "overlay.h"
#include "view.h"
#include "widgets/find_text.h"

static void test_tables_are_sane(void **state)
{
    struct err err = { 0 };

    (void)state;
    if (keymap_check(keymap_general, &err))
        fail_msg("general: %s", err.msg);
    for (size_t i = 0; i < VIEW_N; i++)
        if (keymap_check(view_table[i]->keys, &err))
            fail_msg("%s: %s", view_table[i]->name, err.msg);
}

/* The verb of every command that a key gives is in the command table. */
static void check_commands(const struct binding *table)
{
    for (const struct binding *b = table; b->keys; b++) {
        char verb[32];
        if (!b->command)
            continue;
        size_t len = strcspn(b->command, " ");
        assert_true(len > 0 && len < sizeof(verb));
        memcpy(verb, b->command, len);
        verb[len] = 0;
        if (!command_named(verb))
            fail_msg("key %s: no command is called %s", b->keys, verb);
    }
}

static void test_keys_give_commands_that_exist(void **state)
{
    (void)state;
    check_commands(keymap_general);
    for (size_t i = 0; i < VIEW_N; i++)
        check_commands(view_table[i]->keys);
}

static void test_views_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < VIEW_N; i++) {
        const struct view *v = view_table[i];
        assert_non_null(v->name);
        assert_non_null(v->title);
        assert_non_null(v->help);
        assert_non_null(v->settle);
        assert_non_null(v->draw);
        assert_non_null(v->request);
        assert_true(v->state_size > 0);
        assert_int_equal(view_find(v->name), i);
    }
    assert_int_equal(view_find("nothing"), VIEW_N);
}

static void test_sequences(void **state)
{
    const struct binding *b = NULL;
    uint32_t keys[2] = { 'g', 'g' };

    (void)state;
    assert_int_equal(keymap_find(&b, NULL, keys, 1), KEYMAP_PREFIX);
    assert_int_equal(keymap_find(&b, NULL, keys, 2), KEYMAP_FOUND);
    assert_int_equal(b->request, REQ_FIRST);
    keys[0] = K_DOWN;
    assert_int_equal(keymap_find(&b, NULL, keys, 1), KEYMAP_FOUND);
    assert_int_equal(b->request, REQ_DOWN);
    keys[0] = 0x2603;
    assert_int_equal(keymap_find(&b, NULL, keys, 1), KEYMAP_NONE);
}

static void test_a_views_own_keys_come_first(void **state)
{
    const struct binding *b = NULL;
    uint32_t key = 'K';

    (void)state;
    assert_int_equal(keymap_find(&b, view_table[VIEW_steps]->keys, &key, 1), KEYMAP_FOUND);
    assert_int_equal(b->request, REQ_STEP_UP);
}

static void test_names_of_keys_read_back(void **state)
{
    static const uint32_t keys[] = { 'j', K_CTRL('F'), K_DOWN, K_ENTER, ' ', K_F1, K_F12, K_TAB };
    char name[KEY_NAME_SIZE];
    size_t len;

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        assert_int_equal(key_parse(key_text(name, keys[i]), &len), keys[i]);
        assert_int_equal(len, strlen(name));
    }
}

static void test_the_key_pane_lists_every_key(void **state)
{
    struct str text, keys;

    (void)state;
    str_init(&text);
    keys_text(&text, view_table[VIEW_sheet]);
    for (const struct binding *b = view_table[VIEW_sheet]->keys; b->keys; b++) {
        str_init(&keys);
        keymap_keys_text(&keys, b);
        assert_non_null(strstr(text.buf, keys.buf));
        str_release(&keys);
    }
    assert_non_null(strstr(text.buf, "take back the last change"));
    str_release(&text);
}

static void type(struct palette *p, const char *text)
{
    for (; *text; text++)
        assert_int_equal(palette_key(p, (uint32_t)*text), PALETTE_GOES_ON);
}

static void test_the_palette_finds_by_a_few_letters(void **state)
{
    struct palette p;

    (void)state;
    palette_open(&p, view_table[VIEW_steps]->keys);
    palette_settle(&p, 80, 24);
    size_t all = p.n_shown;
    type(&p, "validate");
    assert_true(p.n_shown > 0 && p.n_shown < all);
    assert_int_equal(palette_key(&p, K_ENTER), PALETTE_CHOSEN);
    assert_string_equal(palette_chosen(&p)->name, "validate");
    assert_null(palette_chosen(&p)->binding);
    palette_key(&p, K_CTRL('U'));
    type(&p, "swistep"); /* letters in order are enough */
    assert_string_equal(palette_chosen(&p)->name, "switch step");
    assert_int_equal(palette_chosen(&p)->binding->request, REQ_SWITCH_STEP);
    type(&p, "zzzz");
    assert_int_equal(p.n_shown, 0);
    assert_int_equal(palette_key(&p, K_ENTER), PALETTE_GOES_ON);
    assert_int_equal(palette_key(&p, K_ESC), PALETTE_DROPPED);
    palette_close(&p);
}

static void test_finding_text(void **state)
{
    (void)state;
    assert_true(find_text("Torgersen", "torg"));
    assert_true(find_text("Torgersen", "Torg"));
    assert_false(find_text("torgersen", "Torg"));
    assert_false(find_text("Torgersen", "dream"));
    assert_true(fuzzy_score("train logistic", "logi") >= 0);
    assert_true(fuzzy_score("train logistic", "tlog") > fuzzy_score("train logistic", "logi"));
    assert_int_equal(fuzzy_score("train", "x"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_are_sane),
        cmocka_unit_test(test_keys_give_commands_that_exist),
        cmocka_unit_test(test_views_are_whole),
        cmocka_unit_test(test_sequences),
        cmocka_unit_test(test_a_views_own_keys_come_first),
        cmocka_unit_test(test_names_of_keys_read_back),
        cmocka_unit_test(test_the_key_pane_lists_every_key),
        cmocka_unit_test(test_the_palette_finds_by_a_few_letters),
        cmocka_unit_test(test_finding_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
