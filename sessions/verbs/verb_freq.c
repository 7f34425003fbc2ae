/* freq: how often each value occurs. */
#include "base/text.h"
#include "present.h"
#include "profile/profile.h"
#include "table/cell.h"

static const struct param_spec freq_params[] = {
    { .name = "column",
      .type = PARAM_COLUMN,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "the column" },
    { .name = "top",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e6,
      .fallback = "20",
      .help = "how many values to show" },
    { .name = NULL },
};

#define BAR_WIDTH 24

static void add_value(json_t *list, struct report_grid *g, const struct column *c,
                      const struct frequency *f, double largest)
{
    struct str exact, shown, bar;
    char share[TEXT_REAL_SIZE];
    size_t width;

    str_init(&exact);
    str_init(&shown);
    str_init(&bar);
    if (!f->missing)
        cell_text(&exact, c, f->row);
    cell_show(&shown, c, f->row, 6, "·");
    json_t *value = f->missing ? json_null() : json_string(exact.buf);
    json_array_append_new(list, json_pack("{s:o,s:I,s:f}", "value", value ? value : json_null(),
                                          "count", (json_int_t)f->count, "share", f->share));
    str_add_repeat(&bar, "■", (size_t)((double)BAR_WIDTH * (double)f->count / largest + 0.5));
    report_grid_add(g, "%.*s", (int)text_prefix(shown.buf, shown.len, 60, &width), shown.buf);
    report_grid_add(g, "%zu", f->count);
    report_grid_add(g, "%s %%", text_real_short(share, 100 * f->share, 3));
    report_grid_add(g, "%s", bar.buf);
    str_release(&bar);
    str_release(&shown);
    str_release(&exact);
}

static int freq_run(struct report *r, struct context *ctx, struct err *err)
{
    const char *name = params_text(ctx->args, "column");
    const struct column *c = table_column(workspace_table(ctx->ws), name, err);
    size_t top = (size_t)params_int(ctx->args, "top");
    struct frequencies f;
    struct report_grid g;

    if (!c || frequencies_of(&f, c, err))
        return -1;
    json_t *values = json_array();
    report_grid_init(&g, "lrrl");
    for (size_t i = 0; i < f.n && i < top; i++)
        add_value(values, &g, c, &f.items[i], (double)f.items[0].count);
    report_line(r, "%s: %zu different values in %zu rows", name, f.n, f.n_rows);
    report_grid_end(r, &g);
    if (f.n > top)
        report_line(r, "  … and %zu more", f.n - top);
    report_put_text(r, "column", name);
    report_put_int(r, "distinct", (int64_t)f.n);
    report_put(r, "values", values);
    frequencies_release(&f);
    return 0;
}

const struct command verb_freq = {
    .name = "freq",
    .stage = "Data",
    .help = "count how often each value occurs",
    .details = "Most frequent first; missing cells are counted as a value of their own, shown as a "
               "middle dot.",
    .example = "freq species",
    .params = freq_params,
    .flags = COMMAND_NEEDS_TABLE,
    .run = freq_run,
};
