-- Joins over CSV files: trueno -f joins.sql, in a folder with customers.csv, orders.csv and rates.csv (see data.py).

-- Inner join and grouping: what each country ordered.
SELECT country, count(*) AS orders, sum(amount) AS amount
FROM 'orders.csv' JOIN 'customers.csv' USING (customer) GROUP BY country ORDER BY country;

-- Left join: customers with what they ordered, those without orders, too.
SELECT c.customer, count(o.id) AS orders
FROM 'customers.csv' c LEFT JOIN 'orders.csv' o USING (customer) GROUP BY c.customer ORDER BY orders, c.customer LIMIT 10;

-- Anti join: orders of customers that nobody knows.
SELECT id FROM 'orders.csv' o WHERE NOT EXISTS (FROM 'customers.csv' c WHERE c.customer = o.customer) ORDER BY id;

-- ASOF join: each order at the rate that held on its day.
SELECT currency, sum(amount * rate) AS converted
FROM 'orders.csv' o ASOF JOIN 'rates.csv' r USING (currency, day) GROUP BY currency ORDER BY currency;

-- Self join: pairs of customers of one country with orders on one day.
SELECT count(*) AS pairs FROM (
  SELECT DISTINCT a.customer, b.customer
  FROM 'orders.csv' a JOIN 'orders.csv' b ON a.day = b.day AND a.customer < b.customer
  JOIN 'customers.csv' ca ON ca.customer = a.customer JOIN 'customers.csv' cb ON cb.customer = b.customer AND ca.country = cb.country);
