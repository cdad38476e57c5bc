-- Whether a password is long enough for privileged duties. NULL for those set before: the next sign-in tells.
ALTER TABLE credentials ADD COLUMN is_long BOOLEAN;
