#include "daemon/db/database.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/db/connection.hpp"

namespace hexad::db {
namespace {
constexpr std::size_t kReaders = 3;
}  // namespace

struct Database::Impl {
  std::string path;
  std::unique_ptr<Connection> writer;
  std::mutex mutex;  // guards who holds what
  std::condition_variable released;
  std::vector<std::unique_ptr<Connection>> readers;  // opened when first needed
  bool in_write = false;                             // the writer's holder is inside write()

  [[nodiscard]] bool memory() const { return path == ":memory:"; }
  [[nodiscard]] bool mine(const Connection& c) const {
    return c.depth > 0 && c.holder == std::this_thread::get_id();
  }
  static Connection* hold(Connection* c) {
    c->holder = std::this_thread::get_id();
    ++c->depth;
    return c;
  }
  Connection* hold_writer() {
    std::unique_lock lock(mutex);
    if (!mine(*writer)) released.wait(lock, [this] { return writer->depth == 0; });
    return hold(writer.get());
  }
  // The one that this thread has, a free one, a new one, or wait.
  Result<Connection*> hold_reader() {
    std::unique_lock lock(mutex);
    if (memory() || mine(*writer)) {
      lock.unlock();
      return hold_writer();
    }
    for (;;) {
      for (auto& c : readers) {
        if (mine(*c)) return hold(c.get());
      }
      for (auto& c : readers) {
        if (c->depth == 0) return hold(c.get());
      }
      if (readers.size() < kReaders) {
        readers.push_back(TRY(Connection::open(path, Access::reader)));
        return hold(readers.back().get());
      }
      released.wait(lock);
    }
  }
  void release(Connection* c) {
    {
      const std::lock_guard lock(mutex);
      if (--c->depth > 0) return;
    }
    released.notify_all();
  }
  [[nodiscard]] bool writing() {
    const std::lock_guard lock(mutex);
    return in_write && mine(*writer);
  }
};

namespace {
// Gives the connection back at the end of the scope.
template <class Impl>
class Held {
 public:
  Held(Impl& impl, Connection* c) : impl_(impl), connection_(c) {}
  ~Held() {
    if (connection_ != nullptr) impl_.release(connection_);
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  Connection* operator->() const { return connection_; }
  Connection* keep() { return std::exchange(connection_, nullptr); }

 private:
  Impl& impl_;
  Connection* connection_;
};

bool starts_as_read(std::string_view sql) {
  const auto at = sql.find_first_not_of(" \t\r\n(");
  if (at == std::string_view::npos) return false;
  constexpr std::array<std::string_view, 2> kReads{"select", "with"};
  return std::any_of(kReads.begin(), kReads.end(), [&](std::string_view word) {
    const auto start = sql.substr(at, word.size());
    return std::equal(start.begin(), start.end(), word.begin(), word.end(),
                      [](char a, char b) { return (a | 0x20) == b; });
  });
}
}  // namespace

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->writer = TRY(Connection::open(path, Access::writer));
  return std::unique_ptr<Database>(new Database(std::move(impl)));
}

Result<> Database::write(const std::function<Result<>(Database&)>& work) {
  if (impl_->writing()) return fail(Code::internal, "database: write() inside write()");
  const Held held(*impl_, impl_->hold_writer());
  struct Open {  // rolls back unless committed, also when `work` throws
    Impl& impl;
    Connection& c;
    bool committed = false;
    ~Open() {
      {
        const std::lock_guard lock(impl.mutex);
        impl.in_write = false;
      }
      if (!committed) (void)c.run_script("ROLLBACK");
    }
  };
  TRY(held->run_script("BEGIN IMMEDIATE"));
  Open open{*impl_, *impl_->writer};
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->in_write = true;
  }
  TRY(work(*this));
  TRY(held->run_script("COMMIT"));
  open.committed = true;
  return {};
}

Result<> Database::execute(const std::string& sql) {
  const Held held(*impl_, impl_->hold_writer());
  return held->run_script(sql.c_str());
}

std::int64_t Database::last_insert_id() const {
  return ::sqlite3_last_insert_rowid(impl_->writer->get());
}

std::int64_t Database::changes() const { return ::sqlite3_changes64(impl_->writer->get()); }

// --- Statement -----------------------------------------------------------------------------

struct Statement::Impl {
  Database::Impl* database = nullptr;
  Connection* connection = nullptr;
  StatementHandle handle;
  int bind_error = SQLITE_OK;
  ~Impl() {
    if (handle) connection->give_back(std::move(handle));
    if (connection != nullptr) database->release(connection);
  }
};

Result<Statement> Database::prepare(std::string_view sql) {
  auto impl = std::make_unique<Statement::Impl>();
  impl->database = impl_.get();
  if (starts_as_read(sql)) {
    Held held(*impl_, TRY(impl_->hold_reader()));
    auto handle = TRY(held->take(sql));
    // WITH may also begin an INSERT, which belongs to the writer.
    if (::sqlite3_stmt_readonly(handle.get()) != 0 || held.operator->() == impl_->writer.get()) {
      impl->handle = std::move(handle);
      impl->connection = held.keep();
      return Statement(std::move(impl));
    }
  }
  Held held(*impl_, impl_->hold_writer());
  impl->handle = TRY(held->take(sql));
  impl->connection = held.keep();
  return Statement(std::move(impl));
}

Statement::Statement(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement::~Statement() = default;

namespace {
void keep_first(int& error, int now) {
  if (error == SQLITE_OK) error = now;
}
}  // namespace

Statement& Statement::bind(int index, std::int64_t value) {
  keep_first(impl_->bind_error, ::sqlite3_bind_int64(impl_->handle.get(), index, value));
  return *this;
}

Statement& Statement::bind(int index, std::string_view value) {
  // A null pointer would bind NULL where an empty text is meant.
  const char* text = value.data() == nullptr ? "" : value.data();
  keep_first(impl_->bind_error, ::sqlite3_bind_text64(impl_->handle.get(), index, text,
                                                      value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_blob(int index, std::string_view value) {
  const char* bytes = value.data() == nullptr ? "" : value.data();
  keep_first(impl_->bind_error, ::sqlite3_bind_blob64(impl_->handle.get(), index, bytes,
                                                      value.size(), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind_null(int index) {
  keep_first(impl_->bind_error, ::sqlite3_bind_null(impl_->handle.get(), index));
  return *this;
}

Statement& Statement::bind(int index, const std::optional<std::string>& value) {
  return value ? bind(index, std::string_view(*value)) : bind_null(index);
}

Statement& Statement::bind(int index, const std::optional<std::int64_t>& value) {
  return value ? bind(index, *value) : bind_null(index);
}

Result<bool> Statement::step() {
  auto* db = impl_->connection->get();
  if (impl_->bind_error != SQLITE_OK) {
    return fail(Code::internal, "database: bind: {}", ::sqlite3_errstr(impl_->bind_error));
  }
  const int got = ::sqlite3_step(impl_->handle.get());
  if (got == SQLITE_ROW) return true;
  if (got == SQLITE_DONE) {
    // Ends the read transaction now, not when the statement goes.
    ::sqlite3_reset(impl_->handle.get());
    return false;
  }
  auto error = sqlite_error(db, "database");
  ::sqlite3_reset(impl_->handle.get());
  return tl::unexpected(std::move(error));
}

Result<> Statement::run() {
  while (TRY(step())) {
  }
  return {};
}

void Statement::reset() {
  ::sqlite3_reset(impl_->handle.get());
  impl_->bind_error = SQLITE_OK;
}

std::int64_t Statement::integer(int column) const {
  return ::sqlite3_column_int64(impl_->handle.get(), column);
}

std::string Statement::text(int column) const {
  auto* statement = impl_->handle.get();
  const auto* bytes = static_cast<const char*>(::sqlite3_column_blob(statement, column));
  const auto size = static_cast<std::size_t>(::sqlite3_column_bytes(statement, column));
  return bytes == nullptr ? std::string() : std::string(bytes, size);
}

std::optional<std::int64_t> Statement::maybe_integer(int column) const {
  if (::sqlite3_column_type(impl_->handle.get(), column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

std::optional<std::string> Statement::maybe_text(int column) const {
  if (::sqlite3_column_type(impl_->handle.get(), column) == SQLITE_NULL) return std::nullopt;
  return text(column);
}

}  // namespace hexad::db
