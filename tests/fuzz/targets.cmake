# One line per parser: hexad_fuzz_target(NAME LIBS lib...), for NAME_fuzz.cpp in this folder.
hexad_fuzz_target(create_json LIBS hexad_api)
hexad_fuzz_target(filters LIBS hexad_api)
hexad_fuzz_target(reference LIBS hexad_api)
hexad_fuzz_target(stream_frame LIBS hexad_api)
hexad_fuzz_target(mount_spec LIBS hexad_api)
hexad_fuzz_target(ports LIBS hexad_api)
