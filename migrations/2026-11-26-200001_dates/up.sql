ALTER TABLE users ADD COLUMN dates TEXT CHECK (dates IN ('words', 'numbers'));
