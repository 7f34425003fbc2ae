/* app.c - the workbench. */
#include "app.h"

#include <stdio.h>

int app_run(const struct options *o)
{
    (void)o;
    fputs("assay: the workbench needs a terminal; assay run SESSION works without one\n", stderr);
    return 2;
}
