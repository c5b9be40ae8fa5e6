// A stack's secrets: made when it is raised, mounted read-only at /run/secrets of the nodes whose
// component lists them, made anew under load when asked.
//
//   ca.pem         the authority that signed all certificates; every node has it
//   NAME.pem       a certificate and its key, for names and addresses of all nodes that list it
//   NAME           a random text in hex; after a renewal NAME.previous is the one before
//
// Of what is lost for good a copy is kept in escrow, which is mounted nowhere.
#pragma once

#include <string>

#include "stack/stack.hpp"

namespace rehearse {

// Writes DIR/NODE/… for each node, and the authority itself into DIR, which is the stack's
// secrets_dir. Errors (machine).
Status make_secrets(const Stack& stack);

// Makes one secret anew in all its places; each file changes as a whole. Errors: usage, there is no
// such secret; machine.
Status renew_secret(const Stack& stack, const std::string& name);

// A random one is gone from every node that lists it; and is there again, by the copy in escrow.
// Errors (machine): it could not be taken away; there is no such copy.
Status lose_secret(const Stack& stack, const std::string& name);
Status release_secret(const Stack& stack, const std::string& name);

// The serial number of a certificate of the stack, in hex. Errors: usage, it has no such one.
Result<std::string> serial_of_secret(const Stack& stack, const std::string& name);

// The nodes that serve with it, and the serial number that one of them shows now.
std::vector<const Node*> servers_of_secret(const Stack& stack, const std::string& name);
Result<std::string> shown_serial_of(const Stack& stack, const Node& node, int64_t deadline_ms);

// The authority's certificate, for clients that are no node of the stack.
std::string authority_file(const Stack& stack);

}  // namespace rehearse
