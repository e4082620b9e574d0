-- The key with which this store signs the paper that it gives out (report/paper.h). One row, made by the program when the
-- store is made or upgraded, of the system's randomness; a backup carries it, so that a restored store goes on signing.
-- Whoever can read this table can sign: the file is its owner's alone (0600) unless somebody shares it.
CREATE TABLE paper_key (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  secret BLOB NOT NULL CHECK (length(secret) = 32), -- RFC 8032's private key
  made_at TEXT NOT NULL
);
CREATE TRIGGER paper_key_no_delete BEFORE DELETE ON paper_key
BEGIN SELECT RAISE(ABORT, '签名密钥不可删除 / the signing key is never deleted'); END;
CREATE TRIGGER paper_key_no_update BEFORE UPDATE ON paper_key
BEGIN SELECT RAISE(ABORT, '签名密钥不可更改 / the signing key does not change'); END;
