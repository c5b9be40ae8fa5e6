// A stack as it is written in fixtures/stacks/NAME.yaml: zones, components, settings; and what it
// says of its platform in fixtures/platforms/NAME.yaml: targets, paths, books, backups, reset,
// retries. With `extends: OTHER` it goes on from that stack: its maps are merged into that one's,
// all else is said anew. Data only; stack/ turns it into nodes with addresses.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "record/backup_policy.hpp"
#include "record/retry_budget.hpp"

namespace rehearse {

struct StackNodeEntry {
  std::string name, zone;
  int host = 0;                                 // last part of the address
  std::map<std::string, std::string> env = {};  // of this node alone, besides its component's
};

// One kind of node. Texts in `env` and `args` may use %n (own name), %a (own address), %z (zone),
// %h (last part of the address), %i (1, 2, … within the component) and {COMPONENT|PATTERN}: the
// pattern for each node of that component, joined by commas. For a component that stands in a
// region, a component that has twins is the one of that region; {COMPONENT@REGION|PATTERN} is
// another's.
struct ComponentEntry {
  std::string name;
  std::string part;   // of the stack; empty where it has none
  std::string party;  // an outside party that obeys /control/conduct: payment, studio, …; or empty
  std::string image;   // folder in fixtures/images; empty = a namespace without a container
  std::string binary;  // of ours, mounted at /opt/casino/NAME; or empty
  std::vector<std::string> args;
  std::map<std::string, std::string> env;
  std::vector<StackNodeEntry> nodes;
  int port = 0;             // of health, status and roles
  std::string health_path;  // 200 = healthy; empty = when the port accepts; of ClickHouse a query
  std::string roles;  // a technology of stack/, or the role that one node of a service holds, or ""
  int leads = 0;      // the number of the node that leads when a rehearsal begins; 0 = whichever
  std::map<std::string, int64_t> idle;  // fields of GET /status that mean: nothing is pending
  std::string fence_path;               // POST: no more writes from here on
  std::vector<std::string> secrets;     // mounted at /run/secrets
  std::optional<std::vector<std::string>> reaches;  // components; nullopt: every one, as usual
  int tls_port = 0;         // where it shows a certificate of these; 0 = nowhere
  bool reads_logs = false;  // what all nodes print, mounted at /run/logs
  int cpu_shares = 0;       // weight when processors are short, as podman's; 0 = everybody's, 1024
  std::string region = {};  // where it stands; empty: in none, or in several
  std::string like = {};  // the component whose twin it is: all that it does not say is that one's
  std::vector<std::string> twins = {};  // itself and those like it, the first first; or none
};

// See stack/secrets.hpp.
struct SecretEntry {
  std::string name;
  std::vector<std::string> certificate_names;  // host names, besides its nodes' own
  int random_bytes = 0;                        // > 0: a random text instead of a certificate
  bool mutual = false;  // a certificate by which its nodes know each other, as clients too
  bool escrow = false;  // a copy is kept apart from every node, for when it is lost
};

struct SettingEntry {
  std::string fallback;
  std::map<std::string, std::map<std::string, std::string>> values;  // value → environment
  bool free = false;  // any value, given as environment variable `variable`
  std::string variable;
  bool counts_players = false;  // how many have an account: nobody else can be played
};

struct BooksEntry {
  std::map<std::string, std::string> sql;  // canonical table → query giving its columns by name
  std::string sql_component, sql_user, sql_password, sql_database;
  std::string sql_owner, sql_owner_password;  // of the tables; else the same user
  std::string kafka_component, kafka_topic;
  std::vector<std::string> provider_components;
  std::string provider_path;
  std::vector<std::string> stream_components;  // of live streams: GET stream_path → {"samples":[…]}
  std::string stream_path;
  std::string alerts_component;  // Prometheus, on every node of it
  // ClickHouse by HTTP, on every node of it.
  std::string reporting_component, reporting_query, reporting_password;
  std::string redis_component, redis_password;
  // Canonical table → stream, and the fields of its entries that are the table's columns.
  std::map<std::string, std::pair<std::string, std::vector<std::string>>> redis_streams;
};

// Where personal data lies, and what else may be in more than one region.
struct ResidencyEntry {
  std::string vault;             // component, of a database in each region
  std::set<std::string> tables;  // of the books that are asked of it, not of the ledger's
  std::map<std::string, std::string> homes;  // a player's home, as the books call it → region
  std::string marks;  // SQL: player, and a word of his personal data that is nobody else's
  std::map<std::string, std::string> shared;  // "table public.entries", "topic ledger" → what it is
};

// How the ledger's database is backed up, and into which store.
struct BackupsEntry {
  std::string component, store;     // the database, and what keeps its backups; store "" = nothing
  std::string restorer;             // where restores go; or empty
  std::string bucket, stanza, key;  // where in the store; the secret without which they are noise
  std::string schema_query;         // SQL: which schema the database has
  BackupPolicy policy;
  std::string keeper;                        // copies what lies elsewhere; or empty
  std::map<std::string, std::string> keeps;  // class, as it calls it → component whose data that is
};

// A step of a way into the platform: all nodes of a component, and the name by which it is found.
struct PathEntry {
  std::string path, hop, component, name;
};

// How a stack that a rehearsal has used becomes as good as new: these components are killed, what
// they wrote is wiped, they are started again in the opposite order.
struct ResetEntry {
  std::vector<std::string> stop;    // components
  std::vector<std::string> sql;     // statements, by the tables' owner, in one transaction
  std::vector<std::string> topics;  // of Kafka, deleted
  std::vector<std::string> data;    // components whose own folder is emptied
};

// Where what people set is published and listed: two officers sign.
struct PublishingEntry {
  std::string component, path;
  std::string officers;  // the component whose nodes have their keys
};

// How officers declare an emergency and end it: two of them sign.
struct EmergencyEntry {
  std::string component, path;  // POST there
  std::string field;            // of its GET /status: 1 = it is on
  std::string officers;  // component; a node's OFFICER and OFFICER_KEY are one's name and key
};

// Who says which region of the platform leads: a key of an etcd outside of them.
struct RegionsEntry {
  std::string witness, secret;  // component, and the certificate by which it knows who asks
  int port = 0;
  std::string key;       // {"holder","term"}
  int64_t lease_ms = 0;  // for so long one may believe an answer that names it
  std::string field;     // of a writer's GET /status: 0 = it does not lead, and knows it
  std::string
      entries_path;  // POST {"hold":[…]} at a name server: entries that it does not give out
};

// A named share of the components. What is said of it goes with it where a scenario leaves it out.
struct PartEntry {
  std::string name, title;
  std::vector<std::string> needs;   // parts that must be there as well
  std::vector<std::string> gives;   // capabilities
  std::vector<std::string> faults;  // that act on it without naming a node of it
  std::vector<std::string> tables;  // of the books
  std::string without;              // what is otherwise where it is left out
  bool on_request = false;          // raised only where it is named or needed, not with `all`
};

// Its name and its zones.
using StackRegion = std::pair<std::string, std::vector<std::string>>;

struct StackFile {
  std::string path, name, title, subnet, control_address;
  std::string platform, platform_path;  // its name, and where what follows from `paths` on stands
  std::set<std::string> capabilities;
  std::vector<std::pair<std::string, std::string>> zones;  // name → prefix, in order
  std::vector<StackRegion> regions = {};                   // in order: the first leads at first
  std::vector<PartEntry> parts;                            // none: it is one piece
  std::vector<ComponentEntry> components;
  std::vector<std::string> chosen;  // by a scenario, in order; all of them where it did not say
  std::set<std::string> left_out;   // components of the others
  std::vector<SecretEntry> secrets;
  std::map<std::string, SettingEntry> settings;  // "postgres.profile" → …
  std::string edge_component, players_node;      // where players come from and go to
  // The name by which players find the edge, and the name servers (port 53) that know it; both
  // empty: they know its addresses.
  std::string entry_name, dns_component;
  std::vector<PathEntry> paths;                          // in order
  std::map<std::string, std::string> targets;            // what else they go to: name → component
  std::map<std::string, std::string> target_parts = {};  // where it is not the component's
  std::string consumer_component;                        // who take the events
  RetryBudget retries;
  std::optional<PublishingEntry> publishing = {};  // none: nothing can be set
  std::optional<EmergencyEntry> emergency = {};    // none: it has no such way
  std::optional<RegionsEntry> lead = {};           // none: it cannot stand in several regions
  BooksEntry books;
  std::optional<ResidencyEntry> residency = {};  // none: no region has a vault of its own
  BackupsEntry backups;
  std::optional<ResetEntry> reset;  // none: every rehearsal needs a stack of its own
};

// Errors (usage): file:line:column: what is wrong.
Result<StackFile> read_stack_file(const std::string& path);

}  // namespace rehearse
