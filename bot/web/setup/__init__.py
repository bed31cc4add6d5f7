"""Setting the App up by browser: who may, the pages, and the door that opens when it is done."""
