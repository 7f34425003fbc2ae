/* Keys.  Fingerprints and n-grams: the pairs of OpenRefine's own KeyerTests.java (BSD); Soundex: US
 * National Archives, "The Soundex Indexing System"; Cologne: the examples of de.wikipedia.org's
 * "Kölner Phonetik"; Double Metaphone: primary codes of Philips' published program. */
#include "../table/table_make.h"

#include "profile/cluster_key.h"

typedef void key_of(struct str *out, struct span text);

static void assert_key(key_of *key, const char *text, const char *want)
{
    struct str out;

    str_init(&out);
    key(&out, span_of(text));
    if (strcmp(out.buf, want) != 0)
        fail_msg("the key of '%s' is '%s', not '%s'", text, out.buf, want);
    str_release(&out);
}

static void pieces_of_two(struct str *out, struct span text)
{
    cluster_ngram(out, text, 2);
}

static void test_fingerprints_are_those_of_openrefine(void **state)
{
    static const char *const pairs[][2] = {
        { "the multi multi word test", "multi test the word" },
        { " école ÉCole ecoLe ", "ecole" },
        { "a b c d", "a b c d" },
        { " d c b a ", "a b c d" },
        { "\tABC \t DEF ", "abc def" },
        { "bbb\taaa", "aaa bbb" },
        { "æø", "aeoe" },
        { "©ß", "css" },
        { "ÐÞ", "dth" },
        { "ﬀﬁﬂﬃﬅﬆ", "fffiflffistst" },
        { "ÀÁÂÃÄÅàáâãäåĀāĂăĄą", "aaaaaaaaaaaaaaaaaa" },
        { "İ", "i" },
        { "ı", "i" },
        { "ĸ", "k" },
        { "Ŀŀ", "ll" },
        { "ŉ", "n" },
        { "ĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĦħĨĩĪīĬĭĮįİıĲĳĴĵĶķĸĹĺĻļĽľĿŀŁłŃńŅņŇňŉŊŋŌōŎŏŐőŒœŔŕŖŗ"
          "ŘřŚśŜŝŞşŠ"
          "šŢţŤťŦŧŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžſ",
          "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiijijjjkkkllllllllllnnnnnnnnnoooooooeoe"
          "r"
          "rrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs" },
        { "ḀḁḂḃḄḅḆḇḈḉḊḋḌḍḎḏḐḑḒḓḔḕḖḗḘḙḚḛḜḝḞḟḠḡḢḣḤḥḦḧḨḩḪḫḬḭḮḯḰḱḲḳḴḵḶḷḸḹḺḻḼḽḾḿṀṁṂṃṄṅṆṇṈṉṊṋṌṍṎṏṐṑṒṓṔṕṖ"
          "ṗ",
          "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnooooooooppp"
          "p" },
        { "ẖẗẘẙẚẛẜẝẞẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặẸẹẺẻẼẽẾếỀềỂểỄễỆệ",
          "htwyasssssaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeee" },
        { "Cruise, Tom", "cruise tom" },
        { "", "" },
        { "?!", "" },
        { "\xff\x41", "\xff"
                      "a" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++)
        assert_key(cluster_fingerprint, pairs[i][0], pairs[i][1]);
}

static void test_many_words_are_sorted_too(void **state)
{
    struct str text, want;

    (void)state;
    str_init(&text);
    str_init(&want);
    for (int i = 0; i < 200; i++) {
        str_addf(&text, "w%03d ", 199 - i);
        str_addf(&want, "%sw%03d", i ? " " : "", i);
    }
    assert_key(cluster_fingerprint, text.buf, want.buf);
    str_release(&text);
    str_release(&want);
}

static void test_pieces_are_sorted_and_once(void **state)
{
    (void)state;
    assert_key(pieces_of_two, "abcdefg", "abbccddeeffg");
    assert_key(pieces_of_two, "Par is", "arispari");
    assert_key(pieces_of_two, "aaaa", "aa");
    assert_key(pieces_of_two, "É", "e");
    assert_key(pieces_of_two, "", "");
}

static void test_soundex(void **state)
{
    (void)state;
    assert_key(cluster_soundex, "Washington", "w252");
    assert_key(cluster_soundex, "Lee", "l000");
    assert_key(cluster_soundex, "Gutierrez", "g362");
    assert_key(cluster_soundex, "Pfister", "p236");
    assert_key(cluster_soundex, "Jackson", "j250");
    assert_key(cluster_soundex, "Tymczak", "t522");
    assert_key(cluster_soundex, "VanDeusen", "v532");
    assert_key(cluster_soundex, "Ashcraft", "a261");
    assert_key(cluster_soundex, "Robert Rupert", "r163 r163");
    assert_key(cluster_soundex, "東京", "");
}

static void test_cologne(void **state)
{
    (void)state;
    assert_key(cluster_cologne, "Müller-Lüdenscheidt", "65752682");
    assert_key(cluster_cologne, "Wikipedia", "3412");
    assert_key(cluster_cologne, "Breschnew", "17863");
    assert_key(cluster_cologne, "Meyer", "67");
    assert_key(cluster_cologne, "Maier", "67");
}

static void test_double_metaphone(void **state)
{
    static const char *const pairs[][2] = {
        { "Smith", "SM0" },        { "Schmidt", "XMT" },     { "Thompson", "TMPSN" },
        { "Catherine", "K0RN" },   { "Kathryn", "K0RN" },    { "Philip", "FLP" },
        { "knight", "NT" },        { "laugh", "LF" },        { "bough", "P" },
        { "Caesar", "SSR" },       { "island", "ALNT" },     { "Wright", "RT" },
        { "succeed", "SKST" },     { "accident", "AKSTNT" }, { "judge", "JJ" },
        { "Jose", "HS" },          { "school", "SKL" },      { "Xavier", "SF" },
        { "Jon Smyth", "JN SM0" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++)
        assert_key(cluster_metaphone, pairs[i][0], pairs[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fingerprints_are_those_of_openrefine),
        cmocka_unit_test(test_many_words_are_sorted_too),
        cmocka_unit_test(test_pieces_are_sorted_and_once),
        cmocka_unit_test(test_soundex),
        cmocka_unit_test(test_cologne),
        cmocka_unit_test(test_double_metaphone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
