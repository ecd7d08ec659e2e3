/* For a test: holds blocks of a megabyte, by lines: `+` allocates one, `-` frees one, `>` grows one by another. */
#include <stdio.h>
#include <stdlib.h>

#define MEGABYTE 1048576

int main(void) {
    static char *held[16];
    int count = 0;
    char line[16];
    while (fgets(line, sizeof line, stdin)) {
        if (line[0] == '+') {
            held[count] = calloc(1, MEGABYTE);
            if (!held[count++]) {
                return 1;
            }
        } else if (line[0] == '-') {
            free(held[--count]);
        } else {
            char *grown = realloc(held[count - 1], 2 * MEGABYTE);
            if (!grown) {
                return 1;
            }
            held[count - 1] = grown;
        }
        puts(line);
        fflush(stdout);
    }
    return 0;
}
