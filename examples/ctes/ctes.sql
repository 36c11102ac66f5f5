-- WITH, and WITH RECURSIVE over an organisation: trueno -f ctes.sql, in a folder with staff.csv (see data.py).

-- The path from the top to everybody, and how deep they are.
WITH RECURSIVE chain(id, name, depth, path) AS (
  SELECT id, name, 0, name FROM 'staff.csv' WHERE boss IS NULL
  UNION ALL
  SELECT s.id, s.name, depth + 1, path || ' > ' || s.name FROM 'staff.csv' s JOIN chain ON s.boss = chain.id)
SELECT depth, count(*) AS people, max(length(path)) AS longest FROM chain GROUP BY depth ORDER BY depth;

-- What everybody with people below costs with all of them.
WITH RECURSIVE below(top, id) AS (
  SELECT id, id FROM 'staff.csv' UNION ALL SELECT top, s.id FROM below JOIN 'staff.csv' s ON s.boss = below.id),
costs AS (SELECT top, sum(salary) AS cost, count(*) - 1 AS people FROM below JOIN 'staff.csv' s USING (id) GROUP BY top)
SELECT name, cost, people FROM costs JOIN 'staff.csv' ON id = top WHERE people > 0 ORDER BY cost DESC, name LIMIT 5;

-- A CTE that is read twice is made once: who earns more than the average of their depth.
WITH RECURSIVE levels AS (
  SELECT id, salary, 0 AS depth FROM 'staff.csv' WHERE boss IS NULL
  UNION ALL SELECT s.id, s.salary, depth + 1 FROM 'staff.csv' s JOIN levels l ON s.boss = l.id),
averages AS (SELECT depth, avg(salary) AS average FROM levels GROUP BY depth)
SELECT depth, count(*) AS above FROM levels JOIN averages USING (depth) WHERE salary > average GROUP BY depth ORDER BY depth;
