// The one place where Beast's own code is compiled. Its parser asserts what its own lines just
// above made sure of; input from the network must not be able to end the daemon there.
#define BOOST_DISABLE_ASSERTS
#include <boost/beast/src.hpp>
