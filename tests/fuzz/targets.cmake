# One line per parser: hexad_fuzz_target(NAME LIBS lib...), for NAME_fuzz.cpp in this folder.
