/* A device may be chosen as soon as the chat has a handle, whether it is there or not. */
#include "common.h"

int main(void)
{
    uint64_t chat;
    consonance_settings settings = {.size = sizeof settings};
    DONE(consonance_settings_init(&settings));
    settings.address = "offline:";
    DONE(consonance_start(&settings, &chat));
    DONE(consonance_select_device(chat, 0, NULL));
    DONE(consonance_select_device(chat, 1, "no such loudspeaker"));
    DONE(consonance_destroy(chat));
    return 0;
}
