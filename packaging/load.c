/* Loads the library for C from a path, as C# does, and prints the number of its ABI and its version. */
#include <stdint.h>
#include <stdio.h>

#ifdef _WIN32
#include <windows.h>
#define OPEN(path) LoadLibraryA(path)
#define FIND(library, name) GetProcAddress(library, name)
#else
#include <dlfcn.h>
#define OPEN(path) dlopen(path, RTLD_NOW)
#define FIND(library, name) dlsym(library, name)
#endif

int main(int count, char **arguments)
{
    void *library = count == 2 ? (void *)OPEN(arguments[1]) : NULL;
    if (!library) {
        fprintf(stderr, "the library does not load\n");
        return 1;
    }
    uint32_t (*abi)(void) = (uint32_t (*)(void))FIND(library, "consonance_abi_version");
    const char *(*version)(void) = (const char *(*)(void))FIND(library, "consonance_version");
    if (!abi || !version) {
        fprintf(stderr, "the library is another one\n");
        return 1;
    }
    printf("%u %s\n", (unsigned)abi(), version());
    return 0;
}
