/* cluster_sound.h - what keys by sound share; for engine/profile only. */
#ifndef PROFILE_CLUSTER_SOUND_H
#define PROFILE_CLUSTER_SOUND_H

#include "base/str.h"

/* Appends the code of a word of letters from a to z (len of 1 or more). */
typedef void cluster_sound(struct str *out, const char *word, size_t len);
/* The codes of the folded text's words with a blank between them. */
void cluster_sound_words(struct str *out, struct span text, cluster_sound *sound);

#endif
