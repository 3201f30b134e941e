-- What refers to drifted resources: what a change of them may touch.
select d.kind, d.type, coalesce(d.address, d.id) as drifted, e.from_type, coalesce(e.from_address, e.from_id) as referrer,
       e.attribute
from open_drift d join edge e on e.scan = d.scan and e.side = 'actual' and e.to_type = d.type and e.to_id = d.id
order by drifted, referrer, e.attribute
