/* step_normalise.c - texts that look alike become alike: spaces, Unicode, marks, mojibake. */
#include "prepare/step_edit.h"
#include "prepare/text_map.h"
#include "prepare/text_normal.h"

/* In the order of their enums. */
static const char *const space_forms[] = { "keep", "trim", "collapse", NULL };
static const char *const unicode_forms[] = { "keep", "nfc", "nfd", "nfkc", "nfkd", NULL };
static const char *const mark_forms[] = { "keep", "drop", NULL };
static const char *const plain_forms[] = { "keep", "plain", NULL };
static const char *const mojibake_forms[] = { "keep", "mend", NULL };

static const struct param_spec normalise_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_WORD,
      .fallback = "all",
      .help = "columns of text" },
    { .name = "spaces",
      .type = PARAM_CHOICE,
      .choices = space_forms,
      .fallback = "collapse",
      .help = "trim: blanks of any kind are plain, none at the ends, and none that cannot be seen; "
              "collapse: also one for each run" },
    { .name = "unicode",
      .type = PARAM_CHOICE,
      .choices = unicode_forms,
      .fallback = "nfc",
      .help = "letters with marks as one character (nfc) or several (nfd); the k forms also make "
              "ligatures, widths and superscripts plain" },
    { .name = "marks",
      .type = PARAM_CHOICE,
      .choices = mark_forms,
      .fallback = "keep",
      .help = "drop: letters without accents" },
    { .name = "quotes",
      .type = PARAM_CHOICE,
      .choices = plain_forms,
      .fallback = "keep",
      .help = "plain: typographic quotation marks and apostrophes as \" and '" },
    { .name = "dashes",
      .type = PARAM_CHOICE,
      .choices = plain_forms,
      .fallback = "keep",
      .help = "plain: dashes and minus signs as -" },
    { .name = "mojibake",
      .type = PARAM_CHOICE,
      .choices = mojibake_forms,
      .fallback = "keep",
      .help = "mend: UTF-8 that was read as Latin-1 or Windows-1252, as in Ã©" },
    { .name = NULL },
};

struct normalising {
    enum space_form spaces;
    enum unicode_form unicode;
    bool drop_marks, quotes, dashes, mend;
    struct str before; /* scratch: what the next stage starts from */
};

/* The text so far is what the next stage starts from, and `out` is empty. */
static struct span next_stage(struct normalising *n, struct str *out)
{
    str_clear(&n->before);
    str_add_n(&n->before, out->buf, out->len);
    str_clear(out);
    return (struct span){ n->before.buf, n->before.len };
}

static enum text_change normalise_one(void *ctx, struct str *out, struct span in, struct err *err)
{
    struct normalising *n = ctx;

    (void)err;
    if (text_is_ascii(in)) { /* nothing but spaces can change */
        text_plain_spaces(out, in, n->spaces);
        return span_eq((struct span){ out->buf, out->len }, in) ? TEXT_SAME : TEXT_CHANGED;
    }
    if (n->mend)
        text_mend_mojibake(out, in);
    else
        str_add_n(out, in.at, in.len);
    if (n->unicode != UNICODE_KEEP)
        text_to_unicode(out, next_stage(n, out), n->unicode);
    if (n->drop_marks)
        text_drop_marks(out, next_stage(n, out));
    if (n->quotes || n->dashes)
        text_plain_marks(out, next_stage(n, out), n->quotes, n->dashes);
    if (n->spaces != SPACES_KEEP)
        text_plain_spaces(out, next_stage(n, out), n->spaces);
    return span_eq((struct span){ out->buf, out->len }, in) ? TEXT_SAME : TEXT_CHANGED;
}

static int normalise_column(struct column **out, const struct column *c, const char *name,
                            void *ctx, struct job *job, struct err *err)
{
    (void)name;
    return text_map(out, c, normalise_one, ctx, job, err);
}

static int normalise_apply(struct table **out, const void *state, const struct step_input *in,
                           struct job *job, struct err *err)
{
    const struct column_rule rule = { .applies = applies_to_text, .wanted = "text or a category" };
    struct normalising n = {
        .spaces = (enum space_form)params_choice(in->params, "spaces"),
        .unicode = (enum unicode_form)params_choice(in->params, "unicode"),
        .drop_marks = params_choice(in->params, "marks") == 1,
        .quotes = params_choice(in->params, "quotes") == 1,
        .dashes = params_choice(in->params, "dashes") == 1,
        .mend = params_choice(in->params, "mojibake") == 1,
    };

    (void)state;
    str_init(&n.before);
    int rc = step_edit_columns(out, in, &rule, normalise_column, &n, job, err);
    str_release(&n.before);
    return rc;
}

const struct step_kind step_normalise = {
    .name = "normalise",
    .help = "make texts that look alike alike: spaces, Unicode, accents",
    .details =
        "In this order: mojibake is mended, the Unicode form is made (Unicode Standard Annex 15), "
        "accents are dropped, quotation marks and dashes made plain, and at last spaces, among "
        "them no-break spaces; zero-width ones and soft hyphens go. Mojibake is mended only where "
        "a run of characters stands for bytes that are UTF-8, so that reading the result wrongly "
        "again would give the text that was there. Bytes that are no UTF-8 stay. Levels of a "
        "category that become equal are one level; letters change by `case`.",
    .example = "normalise all quotes=plain mojibake=mend",
    .scope = STEP_ROW_WISE,
    .params = normalise_params,
    .apply = normalise_apply,
};
