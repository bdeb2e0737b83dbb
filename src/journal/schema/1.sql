-- One row for each thing that happened, nothing derived. `moments` gives every row its place and time; the other tables
-- say what it was, under the same number.
CREATE TABLE moments (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,  -- grows whatever the clock does, and is never used twice
    at INTEGER NOT NULL,                    -- milliseconds since 1970, UTC
    "offset" INTEGER NOT NULL,              -- seconds east of UTC on the wall
    session INTEGER REFERENCES moments ON DELETE CASCADE  -- its beginning; its own for a beginning
) STRICT;
CREATE INDEX moments_at ON moments (at);
CREATE INDEX moments_session ON moments (session);

CREATE TABLE sessions (
    seq INTEGER PRIMARY KEY REFERENCES moments ON DELETE CASCADE,
    session TEXT NOT NULL,
    language TEXT NOT NULL,
    digest TEXT NOT NULL,                   -- of the texts that its plan was made of
    resumes INTEGER                         -- the beginning that it goes on with
) STRICT;

CREATE TABLE endings (
    seq INTEGER PRIMARY KEY REFERENCES moments ON DELETE CASCADE,
    ending TEXT NOT NULL
) STRICT;

CREATE TABLE answers (
    seq INTEGER PRIMARY KEY REFERENCES moments ON DELETE CASCADE,
    check_in TEXT NOT NULL,
    answer TEXT,                            -- NULL: there was none
    number INTEGER,
    exercise TEXT,
    facts TEXT NOT NULL,                    -- JSON object
    days INTEGER,                           -- for how long later sessions are to know the facts
    forgets TEXT,                           -- JSON array: facts that they are no longer to know
    "then" TEXT,
    refer TEXT
) STRICT;
CREATE INDEX answers_lasting ON answers (seq) WHERE days IS NOT NULL OR forgets IS NOT NULL OR refer = 'emergency';

-- Pain and whatever else is asked on a scale.
CREATE VIEW scores AS SELECT seq, check_in, number AS score FROM answers WHERE number IS NOT NULL;

CREATE TABLE takes (
    seq INTEGER PRIMARY KEY REFERENCES moments ON DELETE CASCADE,
    exercise TEXT NOT NULL,
    level TEXT,
    direction TEXT,
    sets INTEGER NOT NULL,
    reps INTEGER,
    hold INTEGER,                           -- milliseconds
    completed INTEGER NOT NULL,
    lasted INTEGER NOT NULL                 -- milliseconds of session time
) STRICT;

CREATE TABLE levels (
    seq INTEGER PRIMARY KEY REFERENCES moments ON DELETE CASCADE,
    exercise TEXT NOT NULL,
    level TEXT NOT NULL
) STRICT;

CREATE TABLE notes (
    seq INTEGER PRIMARY KEY REFERENCES moments ON DELETE CASCADE,
    note TEXT NOT NULL,
    about TEXT
) STRICT;

CREATE TABLE refusals (
    seq INTEGER PRIMARY KEY REFERENCES moments ON DELETE CASCADE,
    gate TEXT NOT NULL,
    session TEXT NOT NULL
) STRICT;

CREATE TABLE acknowledgements (
    seq INTEGER PRIMARY KEY REFERENCES moments ON DELETE CASCADE,
    gate TEXT NOT NULL
) STRICT;

-- Where the last session stands: the one thing that is replaced.
CREATE TABLE bookmark (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    session INTEGER NOT NULL REFERENCES moments ON DELETE CASCADE,
    saved INTEGER NOT NULL,                 -- milliseconds since 1970, UTC
    state TEXT NOT NULL                     -- JSON
) STRICT;
