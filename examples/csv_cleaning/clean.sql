-- From a file as people send it to one that can be counted on: trueno -f clean.sql, in a folder with members.csv (see data.py).
-- Everything is read as text; what can be understood becomes a value, what cannot goes to a file of its own with the reason.

CREATE TABLE raw AS SELECT * FROM read_csv('members.csv', all_varchar = true);

CREATE TABLE cleaned AS
SELECT TRY_CAST(trim(id) AS INTEGER) AS id,
       nullif(regexp_replace(trim(name), '\s+', ' ', 'g'), '') AS name,
       coalesce(TRY_CAST(trim(joined) AS DATE), try_strptime(trim(joined), '%d/%m/%Y')::DATE) AS joined,
       TRY_CAST(replace(replace(trim(fee), ',', ''), '$', '') AS DECIMAL(10,2)) AS fee,
       raw.*
FROM raw;

COPY (SELECT DISTINCT id, name, joined, fee FROM cleaned
      WHERE id IS NOT NULL AND name IS NOT NULL AND joined IS NOT NULL AND fee IS NOT NULL ORDER BY id, name, joined, fee)
TO 'clean.csv';

COPY (SELECT id_1 AS id, name_1 AS name, joined_1 AS joined, fee_1 AS fee,
             CASE WHEN id IS NULL THEN 'id' WHEN name IS NULL THEN 'name' WHEN joined IS NULL THEN 'joined' ELSE 'fee' END AS problem
      FROM cleaned WHERE id IS NULL OR name IS NULL OR joined IS NULL OR fee IS NULL)
TO 'rejected.csv';

SELECT (SELECT count(*) FROM raw) AS rows,
       (SELECT count(*) FROM 'clean.csv') AS clean,
       (SELECT count(*) FROM 'rejected.csv') AS rejected,
       (SELECT sum(fee) FROM 'clean.csv') AS fees;
