/* Unicode forms: python 3.11's unicodedata; mojibake: ftfy's README examples. */
#include "prepare_make.h"

#include "base/rng.h"
#include "prepare/text_normal.h"

static void assert_text(struct str *take, const char *want)
{
    assert_string_equal(take->buf, want);
    str_release(take);
}

static void assert_case(const char *text, enum letter_case to, const char *want)
{
    struct str out;

    str_init(&out);
    text_to_case(&out, span_of(text), to);
    assert_text(&out, want);
}

static void test_case(void **state)
{
    (void)state;
    assert_case("Élan VITAL ǆ", CASE_LOWER, "élan vital ǆ");
    assert_case("élan 3d ж", CASE_UPPER, "ÉLAN 3D Ж");
    assert_case("dON'T stop-me NOW 3d o’neil", CASE_TITLE, "Don't Stop-Me Now 3d O’neil");
    assert_case(" ¿QUE? Si", CASE_SENTENCE, " ¿Que? si");
    assert_case("a\xff"
                "B",
                CASE_UPPER,
                "A\xff"
                "B");
}

static void assert_spaces(const char *text, enum space_form form, const char *want)
{
    struct str out;

    str_init(&out);
    text_plain_spaces(&out, span_of(text), form);
    assert_text(&out, want);
}

static void test_spaces(void **state)
{
    (void)state;
    assert_spaces(" a\u00a0\u00a0b\t\u200b ", SPACES_COLLAPSE, "a b");
    assert_spaces(" a\u00a0\u00a0b\t ", SPACES_TRIM, "a  b");
    assert_spaces("\ufeffx\u00ad\u3000y", SPACES_TRIM, "x y");
    assert_spaces(" a \u200b", SPACES_KEEP, " a \u200b");
    assert_spaces("\u00a0", SPACES_TRIM, "");
}

static void assert_unicode(const char *text, enum unicode_form form, const char *want)
{
    struct str out;

    str_init(&out);
    text_to_unicode(&out, span_of(text), form);
    assert_text(&out, want);
}

static void test_unicode_forms(void **state)
{
    struct str out;

    (void)state;
    assert_unicode("e\u0301\ufb01Å", UNICODE_NFC, "é\ufb01Å");
    assert_unicode("é\ufb01", UNICODE_NFD, "e\u0301\ufb01");
    assert_unicode("é\ufb01²Ａ", UNICODE_NFKC, "éfi2A");
    assert_unicode("é½", UNICODE_NFKD, "e\u03011\u20442");
    assert_unicode("e\u0301\xff", UNICODE_NFC, "e\u0301\xff");
    str_init(&out);
    text_drop_marks(&out, span_of("Ünïcode Ångström ø 한 \u0e19\u0e49\u0e33"));
    assert_text(&out, "Unicode Angstrom ø 한 \u0e19\u0e49\u0e33");
    str_init(&out);
    text_plain_marks(&out, span_of("“it’s” «a» 3–4 −1"), true, false);
    assert_text(&out, "\"it's\" \"a\" 3–4 −1");
    str_init(&out);
    text_plain_marks(&out, span_of("“3–4” −1"), false, true);
    assert_text(&out, "“3-4” -1");
}

static void assert_mended(const char *text, const char *want)
{
    struct str out;

    str_init(&out);
    text_mend_mojibake(&out, span_of(text));
    assert_text(&out, want);
}

static void test_mojibake(void **state)
{
    (void)state;
    assert_mended("CafÃ©", "Café");
    assert_mended("cafÃƒÂ©", "café"); /* twice */
    assert_mended("Itâ€™s", "It’s");
    assert_mended("KÃ¶ln – 東京", "Köln – 東京");
    assert_mended("âœ” No problems", "✔ No problems");
    /* Right as it is. */
    assert_mended("Café Ã la", "Café Ã la");
    assert_mended("naïve £5 ½", "naïve £5 ½");
    assert_mended("plain", "plain");
    assert_mended("\xc3\xff", "\xc3\xff");
}

/* What is mended, read wrongly again, is the text: bytes 0x80 to 0xFF as Latin-1. */
static void test_what_is_mended_was_that(void **state)
{
    struct rng rng;

    (void)state;
    rng_init(&rng, 3, 0);
    for (int round = 0; round < 2000; round++) {
        struct str wrong, out, right;
        str_init(&wrong);
        str_init(&out);
        str_init(&right);
        for (int k = 0; k < 3; k++) { /* one letter beyond Latin-1 and ASCII around it */
            uint32_t code = 0x400 + (uint32_t)rng_below(&rng, 0x100);
            char bytes[2] = { (char)(0xC0 | code >> 6), (char)(0x80 | (code & 0x3F)) };
            str_add_n(&right, bytes, 2);
            for (int b = 0; b < 2; b++) {
                unsigned char byte = (unsigned char)bytes[b];
                str_addf(&wrong, "%c%c", 0xC0 | byte >> 6, 0x80 | (byte & 0x3F));
            }
            str_add_char(&right, 'x');
            str_add_char(&wrong, 'x');
        }
        text_mend_mojibake(&out, (struct span){ wrong.buf, wrong.len });
        assert_string_equal(out.buf, right.buf);
        str_release(&wrong);
        str_release(&right);
        str_release(&out);
    }
}

static void test_the_steps(void **state)
{
    struct column *c[] = { MAKE(COLUMN_TEXT, " A  b", "ﬁ\u00a0x", NULL, "CafÃ©", ""),
                           MAKE(COLUMN_CATEGORY, "a", "A", "a ", NULL, "b") };
    struct table *t = make_table((const char *const[]){ "t", "k" }, c, 2);
    struct table *out = APPLY(t, "normalise all mojibake=mend marks=drop unicode=nfkc");

    (void)state;
    assert_cell(col(out, "t"), 0, "A b");
    assert_cell(col(out, "t"), 1, "fi x");
    assert_cell(col(out, "t"), 3, "Cafe");
    assert_cell(col(out, "t"), 4, "");
    assert_int_equal(col(out, "t")->n_missing, 1);
    table_unref(out);
    out = APPLY(t, "normalise k", "case k to=upper");
    assert_cells(col(out, "k"), "A A A · B");
    assert_int_equal(col(out, "k")->levels->n_rows, 2);
    table_unref(out);
    table_unref(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case),
        cmocka_unit_test(test_spaces),
        cmocka_unit_test(test_unicode_forms),
        cmocka_unit_test(test_mojibake),
        cmocka_unit_test(test_what_is_mended_was_that),
        cmocka_unit_test(test_the_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
