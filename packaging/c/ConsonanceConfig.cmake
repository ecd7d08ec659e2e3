# find_package(Consonance): the targets Consonance::consonance, the shared library, and Consonance::static.

if(TARGET Consonance::consonance)
    return()
endif()
get_filename_component(consonance_folder "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

add_library(Consonance::consonance SHARED IMPORTED)
set_target_properties(Consonance::consonance PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${consonance_folder}/include"
    IMPORTED_LOCATION "${consonance_folder}/@SHARED_LIBRARY@"
    @IMPORT@)

add_library(Consonance::static STATIC IMPORTED)
set_target_properties(Consonance::static PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${consonance_folder}/include"
    IMPORTED_LOCATION "${consonance_folder}/lib/libconsonance.a"
    INTERFACE_LINK_LIBRARIES "@SYSTEM_LIBRARY_LIST@")

unset(consonance_folder)
