# rtmpscope_embed_file(TARGET library FILE path FUNCTION name)
# Builds the bytes of a file into a library. `std::string_view rtmpscope::embedded::NAME()` returns them; who uses it
# declares it. The file is read when the library is built, and again after each change of it.
function(rtmpscope_embed_file)
  cmake_parse_arguments(ARG "" "TARGET;FILE;FUNCTION" "" ${ARGN})
  cmake_path(ABSOLUTE_PATH ARG_FILE BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${ARG_FUNCTION}.cpp)
  add_custom_command(
    OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -DFILE=${ARG_FILE} -DFUNCTION=${ARG_FUNCTION} -DOUTPUT=${source}
            -P ${PROJECT_SOURCE_DIR}/cmake/write-embedded-file.cmake
    DEPENDS ${ARG_FILE} ${PROJECT_SOURCE_DIR}/cmake/write-embedded-file.cmake
    COMMENT "Embedding ${ARG_FILE}"
    VERBATIM)
  target_sources(${ARG_TARGET} PRIVATE ${source})
endfunction()
