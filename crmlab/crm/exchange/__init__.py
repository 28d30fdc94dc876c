"""Tables in and out: CSV (GBK files too), XLSX and vCard."""
