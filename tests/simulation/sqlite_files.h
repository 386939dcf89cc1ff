// SQLite's files on a simulated disk: the real SQLite, its journal, its write-ahead log and its
// recovery run; only the system calls below are ours (sqlite.org/vfs.html).
//
// SQLite knows one default file system in a process: one simulation at a time, one thread.
#pragma once
#include "tests/simulation/disk.h"

namespace earshot::simulation {

// From now on whatever opens a database opens it on this disk. The disk is borrowed until the next
// call; databases must be closed before.
void mount_for_sqlite(Disk& disk);

// What is in memory between processes (the write-ahead log's index) is gone; the random numbers
// begin anew. After every stop, when all databases are closed.
void forget_sqlite_memory();

}  // namespace earshot::simulation
