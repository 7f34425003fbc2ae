/* machine.h - loops compiled for several processors, the best of which is taken when the program
 * starts.
 *
 * The plain C of the loop is all there is: the compiler makes it as wide as the registers are.  Since
 * nothing is contracted or reordered, what it computes is the same everywhere. */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

/* The sanitizers' own start comes too late for the choice that such functions are made by. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__SANITIZE_THREAD__) &&                   \
    !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
#define FOR_EACH_MACHINE                                                                           \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_EACH_MACHINE
#endif

#endif
