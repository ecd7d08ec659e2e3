/* Starts the interpreter of the library beside it, as python.exe does. */
#include <wchar.h>
#include <windows.h>

typedef int (*entry)(int, wchar_t **);

int wmain(int count, wchar_t **words)
{
    HMODULE library = LoadLibraryW(L"python311.dll");
    entry run = library ? (entry)(void *)GetProcAddress(library, "Py_Main") : NULL;
    return run ? run(count, words) : 100;
}
