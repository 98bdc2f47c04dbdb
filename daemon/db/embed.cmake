# cmake -DOUT=file.cpp -DDIR=migrations -P embed.cmake: writes the .sql files into a C++ table.
file(GLOB files ${DIR}/*.sql)
list(SORT files)
set(rows "")
foreach(file ${files})
  get_filename_component(name ${file} NAME)
  if(NOT name MATCHES "^[0-9][0-9][0-9][0-9]_[a-z0-9]+_?[a-z0-9_]*\\.sql$")
    message(FATAL_ERROR "${name}: not NNNN_feature_what.sql")
  endif()
  file(READ ${file} text)
  file(SHA256 ${file} hash)
  string(APPEND rows "    {\"${name}\", R\"hexad_sql(${text})hexad_sql\",\n     \"${hash}\"},\n")
endforeach()
file(WRITE ${OUT}.new "#include \"daemon/db/migrations.hpp\"

namespace hexad::db {
namespace {
constexpr Migration kMigrations[] = {
${rows}};
}  // namespace

std::span<const Migration> embedded_migrations() { return kMigrations; }

}  // namespace hexad::db
")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different ${OUT}.new ${OUT})
file(REMOVE ${OUT}.new)
file(TOUCH_NOCREATE ${OUT})
