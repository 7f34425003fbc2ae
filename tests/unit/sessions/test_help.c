/* Help that fits a terminal and says all there is to say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "command.h"
#include "evaluate/metric.h"
#include "help.h"
#include "learn/learner.h"
#include "plot.h"

static void check_topic(const char *topic)
{
    struct str text;
    struct err err = { 0 };

    str_init(&text);
    if (help_text(&text, topic, &err))
        fail_msg("%s: %s", topic, err.msg);
    for (const char *line = text.buf; *line;) {
        size_t len = strcspn(line, "\n");
        if (text_width(line, len) > 80)
            fail_msg("help %s is wider than 80 columns: %.*s", topic, (int)len, line);
        line += len + (line[len] == '\n');
    }
    str_release(&text);
}

static void every_topic_fits_80_columns(void **state)
{
    static const char *const lists[] = { "",        "learners",  "steps",    "plots",
                                         "metrics", "functions", "language", NULL };

    for (size_t i = 0; lists[i]; i++)
        check_topic(lists[i]);
    for (size_t i = 0; command_table[i]; i++)
        check_topic(command_name(command_table[i]));
    for (size_t i = 0; learner_table[i]; i++)
        check_topic(learner_table[i]->name);
    for (size_t i = 0; plot_table[i]; i++)
        check_topic(plot_table[i]->name);
    for (size_t i = 0; metric_table[i]; i++)
        check_topic(metric_table[i]->name);
    (void)state;
}

/* A file that is guessed wrong is mended with them. */
static void load_explains_the_readers_parameters(void **state)
{
    static const char *const names[] = { "delimiter", "header", "na", "types", "skip", NULL };
    struct str help, manual;

    str_init(&help);
    str_init(&manual);
    assert_int_equal(help_text(&help, "load", NULL), 0);
    help_manual(&manual);
    for (size_t i = 0; names[i]; i++) {
        char row[32];
        snprintf(row, sizeof(row), "\n  %s ", names[i]);
        assert_non_null(strstr(help.buf, row));
        snprintf(row, sizeof(row), "\n.B %s\n", names[i]);
        assert_non_null(strstr(manual.buf, row));
    }
    str_release(&help);
    str_release(&manual);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_topic_fits_80_columns),
        cmocka_unit_test(load_explains_the_readers_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
