rtmpscope_fuzzer(media SOURCES ${CMAKE_CURRENT_LIST_DIR}/media.cpp DEPENDS rtmpscope_media)
