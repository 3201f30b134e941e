-- Attributes that drift most often.
select d.type, regexp_extract(c.path, '^[^.\[]+') as attribute, count(distinct d.identity) as resources,
       count(*) as times
from change c join drift d using (scan, fingerprint) group by all order by resources desc, times desc, d.type, attribute
