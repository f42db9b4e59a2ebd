using System.CommandLine;
using KernelEngine.Bench;

var suite = new Option<string>("--suite")
{
    Description = "What to measure: gates (the engine against its own bars)",
    DefaultValueFactory = _ => "gates",
};
suite.AcceptOnlyFromAmong("gates");
var filter = new Option<string>("--filter")
{
    Description = "Only what has this text in its name",
    DefaultValueFactory = _ => "",
};
var rounds = new Option<int>("--rounds")
{
    Description = "How many times the contenders take turns",
    DefaultValueFactory = _ => 15,
};
rounds.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int>() < 1)
        result.AddError("--rounds takes a whole number from 1 up");
});
var json = new Option<FileInfo?>("--json") { Description = "Writes the figures to a file" };

var command = new RootCommand("Measures Kernel: every figure against a yardstick from the same run.")
{
    suite, filter, rounds, json,
};
command.SetAction(parsed => GateSuite.Run(
    parsed.GetValue(filter)!, parsed.GetValue(rounds), parsed.GetValue(json)));
return command.Parse(args).Invoke();
