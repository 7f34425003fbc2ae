/* parallel.h - loops over chunks of fixed size.
 *
 * The chunks do not depend on the number of threads; a reduction keeps one partial result per chunk
 * and adds them in chunk order, so that results do not either.  The body of a loop over rows must
 * not fail, allocate large memory or tick: prepare before, check after.  A chunk may also be a whole
 * piece of work (a fold): it then keeps its error and its job (job_inner) for itself.
 */
#ifndef BASE_PARALLEL_H
#define BASE_PARALLEL_H

#include <stddef.h>

/* Rows [begin, end) of chunk number `chunk`. */
typedef void parallel_body(void *ctx, size_t begin, size_t end, size_t chunk);

#define PARALLEL_CHUNK 8192 /* rows: 64 kB of doubles, a quarter of a usual L2 */

size_t parallel_n_chunks(size_t n, size_t chunk_size);
/* Runs body for every chunk; static schedule, thread t of a team takes neighbouring chunks.  A call
 * from inside a body that runs beside others stays in its thread. */
void parallel_for(size_t n, size_t chunk_size, parallel_body *body, void *ctx);

/* Threads used from now on, 1 to 256; 0 takes the number of processors. */
void parallel_set_threads(size_t n);
size_t parallel_threads(void);

#endif
