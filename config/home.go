package config

// homes are the calendars to propose as home in a zone: those of the country
// whose clocks show it, where one country's do and its holidays are known. A
// Land, state or nation within it is for people to choose.
var homes = map[string]string{
	"America/Chicago": "us", "America/Denver": "us", "America/Los_Angeles": "us", "America/New_York": "us", "America/Phoenix": "us",
	"America/Anchorage": "us", "America/Detroit": "us", "Pacific/Honolulu": "us",
	"America/Sao_Paulo": "br", "America/Bahia": "br", "America/Fortaleza": "br", "America/Manaus": "br", "America/Recife": "br",
	"Asia/Calcutta": "in", "Asia/Kolkata": "in", "Asia/Singapore": "sg", "Asia/Tokyo": "jp",
	"Australia/Adelaide": "au", "Australia/Brisbane": "au", "Australia/Darwin": "au", "Australia/Hobart": "au",
	"Australia/Melbourne": "au", "Australia/Perth": "au", "Australia/Sydney": "au",
	"Europe/Amsterdam": "nl", "Europe/Berlin": "de", "Europe/Busingen": "de", "Europe/Dublin": "ie", "Europe/London": "gb",
	"Europe/Belfast": "gb-nir", "Europe/Madrid": "es", "Atlantic/Canary": "es", "Europe/Paris": "fr", "Europe/Rome": "it",
	"Europe/Stockholm": "se", "Europe/Vienna": "at", "Europe/Warsaw": "pl",
}

// HomeCalendar is the calendar to propose as home to people in a zone, "" where
// none is known to be theirs.
func HomeCalendar(zone string) string { return homes[zone] }
