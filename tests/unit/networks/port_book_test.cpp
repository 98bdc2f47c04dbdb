#include "daemon/networks/port_book.hpp"

#include <catch2/catch.hpp>

using namespace hexad;
using namespace hexad::networks;
using firewall::Protocol;

TEST_CASE("a port is claimed once per address, and every address overlaps with all of them") {
  PortBook book;
  const Ipv4 any{}, one{10U << 24 | 1}, two{10U << 24 | 2};
  CHECK(book.claim(Protocol::tcp, one, 80));
  CHECK_FALSE(book.claim(Protocol::tcp, one, 80));
  CHECK(book.claim(Protocol::tcp, two, 80));
  CHECK_FALSE(book.claim(Protocol::tcp, any, 80));
  CHECK(book.claim(Protocol::udp, any, 80));
  CHECK_FALSE(book.claim(Protocol::udp, one, 80));
  CHECK(book.claim(Protocol::tcp, any, 81));
  book.drop(Protocol::tcp, one, 80);
  CHECK_FALSE(book.claim(Protocol::tcp, any, 80));
  book.drop(Protocol::tcp, two, 80);
  book.drop(Protocol::tcp, two, 80);  // again is fine
  CHECK(book.claim(Protocol::tcp, any, 80));
}
