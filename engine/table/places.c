#include "table/places.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

#define STRIDE 64 /* rows between two that are kept in full */

struct places_part {
    size_t first_row, n_rows;
    uint64_t at, line;
    unsigned width;  /* bytes a step takes: 1, 2 or 4 */
    uint32_t *marks; /* (n / 64, rounded up) offsets from `at` */
    uint32_t *lines; /* (n_rows) lines from `line`; NULL: row i is on line i */
    uint8_t *steps;  /* (n_rows, width): bytes from the row before */
};

struct places {
    atomic_uint refs;
    struct places_part **parts;
    size_t n, cap, n_rows;
    struct buffer *rows; /* NULL: row i is i */
    bool lines_only;
};

struct places *places_new(void)
{
    struct places *p = MEM_NEW(struct places, 1);

    atomic_init(&p->refs, 1);
    return p;
}

void places_part_free(struct places_part *part)
{
    if (!part)
        return;
    mem_free(part->marks);
    mem_free(part->lines);
    mem_free(part->steps);
    mem_free(part);
}

struct places *places_ref(struct places *p)
{
    if (p)
        atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
    return p;
}

void places_unref(struct places *p)
{
    if (!p || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t k = 0; k < p->n; k++)
        places_part_free(p->parts[k]);
    mem_free(p->parts);
    buffer_unref(p->rows);
    mem_free(p);
}

static size_t n_marks(size_t n_rows)
{
    return n_rows / STRIDE + (n_rows % STRIDE != 0);
}

static void put_step(struct places_part *part, size_t i, uint32_t step)
{
    uint16_t half = (uint16_t)step;

    if (part->width == 1)
        part->steps[i] = (uint8_t)step;
    else if (part->width == 2)
        memcpy(part->steps + 2 * i, &half, sizeof(half));
    else
        memcpy(part->steps + 4 * i, &step, sizeof(step));
}

static uint32_t get_step(const struct places_part *part, size_t i)
{
    uint16_t half;
    uint32_t step;

    if (part->width == 1)
        return part->steps[i];
    if (part->width == 2) {
        memcpy(&half, part->steps + 2 * i, sizeof(half));
        return half;
    }
    memcpy(&step, part->steps + 4 * i, sizeof(step));
    return step;
}

struct places_part *places_part_new(size_t n_rows, uint64_t at, uint64_t line,
                                    const uint32_t *offsets, const uint32_t *lines)
{
    struct places_part *part = MEM_NEW(struct places_part, 1);
    uint32_t longest = 0;

    assert(n_rows > 0);
    *part = (struct places_part){ .n_rows = n_rows, .at = at, .line = line };
    for (size_t i = 1; i < n_rows; i++)
        if (offsets[i] - offsets[i - 1] > longest)
            longest = offsets[i] - offsets[i - 1];
    part->width = longest <= UINT8_MAX ? 1 : longest <= UINT16_MAX ? 2 : 4;
    part->marks = MEM_NEW(uint32_t, n_marks(n_rows));
    part->steps = mem_new(n_rows, part->width);
    for (size_t i = 0; i < n_rows; i++)
        if (i % STRIDE == 0)
            part->marks[i / STRIDE] = offsets[i];
        else
            put_step(part, i, offsets[i] - offsets[i - 1]);
    if (lines) {
        part->lines = MEM_NEW(uint32_t, n_rows);
        memcpy(part->lines, lines, n_rows * sizeof(*lines));
    }
    return part;
}

void places_append(struct places *p, struct places_part *take)
{
    if (!take)
        return;
    if (p->n == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 8;
        p->parts = mem_resize(p->parts, p->cap, sizeof(struct places_part *));
    }
    take->first_row = p->n_rows;
    p->n_rows += take->n_rows;
    p->parts[p->n++] = take;
}

#define MAKER_ROWS ((size_t)1 << 14)

void places_maker_init(struct places_maker *m)
{
    *m = (struct places_maker){ .places = places_new(),
                                .offsets = MEM_NEW(uint32_t, MAKER_ROWS),
                                .lines = MEM_NEW(uint32_t, MAKER_ROWS) };
}

static void maker_flush(struct places_maker *m)
{
    bool plain = true;

    if (!m->n)
        return;
    for (size_t i = 0; i < m->n && plain; i++)
        plain = m->lines[i] == i;
    places_append(m->places,
                  places_part_new(m->n, m->at, m->line, m->offsets, plain ? NULL : m->lines));
    m->n = 0;
}

void places_maker_add(struct places_maker *m, uint64_t at, uint64_t line)
{
    if (m->n == MAKER_ROWS ||
        (m->n && (at < m->at + m->offsets[m->n - 1] || line < m->line + m->lines[m->n - 1] ||
                  at - m->at > UINT32_MAX || line - m->line > UINT32_MAX)))
        maker_flush(m);
    if (!m->n) {
        m->at = at;
        m->line = line;
    }
    m->offsets[m->n] = (uint32_t)(at - m->at);
    m->lines[m->n++] = (uint32_t)(line - m->line);
}

struct places *places_maker_finish(struct places_maker *m)
{
    maker_flush(m);
    mem_free(m->offsets);
    mem_free(m->lines);
    return m->places;
}

void places_number(struct places *p, struct buffer *take_rows)
{
    assert(take_rows->size >= p->n_rows * sizeof(uint32_t));
    p->rows = take_rows;
}

/* Where the row stands among those that are known; n_rows when it is not. */
static size_t position_of(const struct places *p, size_t row)
{
    const uint32_t *rows = p->rows ? p->rows->data : NULL;
    size_t low = 0, high = p->n_rows;

    if (!rows)
        return row < p->n_rows ? row : p->n_rows;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (rows[mid] < row)
            low = mid + 1;
        else
            high = mid;
    }
    return low < p->n_rows && rows[low] == row ? low : p->n_rows;
}

static const struct places_part *part_of(const struct places *p, size_t row)
{
    size_t low = 0, high = p->n;

    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (p->parts[mid]->first_row <= row)
            low = mid;
        else
            high = mid;
    }
    return p->parts[low];
}

static struct row_place place_at(const struct places *p, size_t at)
{
    const struct places_part *part = part_of(p, at);
    size_t i = at - part->first_row, mark = i / STRIDE * STRIDE;
    uint64_t offset = part->marks[i / STRIDE];

    for (size_t k = mark + 1; k <= i; k++)
        offset += get_step(part, k);
    return (struct row_place){ .line = part->line + (part->lines ? part->lines[i] : i),
                               .at = part->at + offset };
}

struct row_place places_find(const struct places *p, size_t row)
{
    size_t at = position_of(p, row);

    return at == p->n_rows ? (struct row_place){ 0 } : place_at(p, at);
}

struct places *places_moved(const struct places *p, places_move *to, void *ctx)
{
    struct places_maker m;

    places_maker_init(&m);
    for (size_t i = 0; i < p->n_rows; i++) {
        struct row_place place = place_at(p, i);
        places_maker_add(&m, to ? to(ctx, place.at) : 0, place.line);
    }
    struct places *moved = places_maker_finish(&m);
    moved->rows = buffer_ref(p->rows);
    moved->lines_only = !to;
    return moved;
}

bool places_have_offsets(const struct places *p)
{
    return !p->lines_only;
}

size_t places_n_rows(const struct places *p)
{
    return p->n_rows;
}

size_t places_bytes(const struct places *p)
{
    size_t bytes = p->rows ? p->rows->size : 0;

    for (size_t k = 0; k < p->n; k++) {
        const struct places_part *part = p->parts[k];
        bytes += n_marks(part->n_rows) * sizeof(uint32_t) + part->n_rows * part->width +
                 (part->lines ? part->n_rows * sizeof(uint32_t) : 0);
    }
    return bytes;
}
