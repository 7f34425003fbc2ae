/* cluster_key.h - keys under which spellings of one value collide.
 *
 * Sources: OpenRefine's documentation, "Clustering in depth", for fingerprint and n-gram; US
 * National Archives, "The Soundex Indexing System"; H. J. Postel, "Die Kölner Phonetik", IBM
 * Nachrichten 19 (1969), for cologne; L. Philips, "The Double Metaphone Search Algorithm", C/C++
 * Users Journal 18 (2000), whose primary code is taken.  (Metaphone 3, OpenRefine's other one, is
 * not free.)
 */
#ifndef PROFILE_CLUSTER_KEY_H
#define PROFILE_CLUSTER_KEY_H

#include "base/str.h"

/* White space off both ends, lower case, compatibility decomposition (NFKD) without its marks,
 * ß æ œ ø þ ð đ ħ ı ĸ ł ŋ ŧ as the ASCII letters they stand for, without punctuation and control
 * characters (a tab stays).  Bytes that are no UTF-8 stay.  Appended to `out`. */
void cluster_fold(struct str *out, struct span text);

/* The folded text's words, each once, in byte order, with a blank between them: "Cruise, Tom" is
 * "cruise tom".  Empty when nothing but punctuation was there.  Appended, as below. */
void cluster_fingerprint(struct str *out, struct span text);
/* The folded text without blanks: its pieces of n characters, each once, in byte order.  A shorter
 * text is its own piece.  n of 1 or more. */
void cluster_ngram(struct str *out, struct span text, size_t n);
/* How each word of the folded text sounds, with a blank between them; what is no letter from a to z
 * does not count. */
void cluster_soundex(struct str *out, struct span text);
void cluster_cologne(struct str *out, struct span text);
void cluster_metaphone(struct str *out, struct span text);

#endif
